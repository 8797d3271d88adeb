import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { push } from '../../../src/commands/push.ts';
import { remove } from '../../../src/commands/remove.ts';
import { askAll } from './matrix/ask.ts';
import { cellsOf, printedMatrix } from './matrix/cells.ts';
import { type NamespaceLab, startNamespaceLab } from './matrix/namespaces.ts';
import { networksOf, podCidrs } from './matrix/services.ts';
import { faults, type Measured, testMatrix } from './matrix/suite.ts';

/** The modes of kube-proxy that this machine's kernel has: those of nft and iptables. */
const networks = networksOf({ source: { device: 'eth1' }, mark: { device: 'eth1' } });
const measured: Measured = { outcomes: new Map(), reasons: new Set() };

let lab: NamespaceLab;
beforeAll(async () => {
  lab = await startNamespaceLab();
});
afterAll(() => {
  console.log(printedMatrix(measured));
  lab.stop();
});

const pushWith = (wanted: readonly object[], host: object = {}) => {
  lab.fleet.describe({ networks: wanted, pod_cidrs: podCidrs, ...host });
  return lab.fleet.run(push, lab.fleet.pushOptions());
};

describe.each(['iptables', 'nftables'] as const)('with kube-proxy in %s mode', (proxy) => {
  beforeAll(() => lab.setProxy(proxy));
  afterAll(async () => {
    await lab.fleet.run(remove, { ...lab.fleet.pushOptions(), check: false });
  });

  testMatrix({ proxy, networks, topology: () => lab, push: pushWith }, measured);

  it.each(
    ['iptables', 'nftables'].flatMap((netfilter) =>
      ['auto', 'rpfilter', 'strict-mark'].map((rpFilter) => [netfilter, rpFilter] as const),
    ),
  )('marks by %s, rp_filter %s, answer every client from every kind of backend', async (netfilter, rp_filter) => {
    const { exitCode, stderr } = await pushWith([{ ...networks.mark, rp_filter }], { netfilter });
    expect(exitCode, stderr).toBe(0);
    const marked = cellsOf(proxy).filter(({ method }) => method === 'mark');
    expect(faults(await askAll(lab, marked))).toEqual([]);
  });
});
