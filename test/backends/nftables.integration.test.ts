import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFwmark } from '../../src/domain/routing.ts';
import { parseNftChains } from '../../src/facts/nft-chains.ts';
import type { NetworkSpec } from '../../src/schema/host-spec.ts';
import { cidr, hostSpec, ip, must, network, vlan } from '../tasks/example-host.ts';
import { needTool, runIsolated } from './run-tool.ts';
import { filesOf, type Scenario, shippedTemplates, stateOf } from './scenario.ts';

const templates = await shippedTemplates();
const marks = (
  [
    [0x100, 0x1f00],
    [0x100, 0xffffffff],
    [0x80000000, 0x80000000],
    [0x1, 0xff],
  ] as const
).map(([value, mask]) => must(parseFwmark(value, mask)));
const modes: readonly NetworkSpec['rpFilter'][] = ['auto', 'rpfilter', 'strict-mark'];
const cases = marks.flatMap((mark) => modes.map((rpFilter) => ({ mark, rpFilter })));

function scenarioWith({ mark, rpFilter }: (typeof cases)[number]): Scenario {
  const pools = ['1.2.3.0/24', '9.8.7.6/32'].map(cidr);
  const other = network({
    ...{ name: 'other', pools: [cidr('5.6.7.0/24')], gateway: ip('5.6.7.1') },
    ...{ link: vlan('eth0', 200), mark: must(parseFwmark(0x40000, 0x40000)) },
  });
  const ipv6 = { pools: ['2001:db8:1::/64', '2001:db8:2::7/128'].map(cidr), gateway: ip('2001:db8:1::1') };
  const spec = hostSpec({
    networks: [network({ pools, mark, rpFilter }), network({ ...ipv6, mark, rpFilter }), other],
    netfilter: 'nftables',
  });
  return { spec, facts: null, recorded: null };
}

describe('the nftables files', () => {
  let folder: string;
  beforeAll(() => {
    needTool('/usr/sbin/nft', 'nftables');
    needTool('/usr/bin/systemd-analyze', 'systemd');
    folder = mkdtempSync(join(tmpdir(), 'mlbroute-nftables-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function written(scenario: Scenario, ending: string): string {
    const file = filesOf(scenario, templates).find(({ path }) => path.endsWith(ending));
    if (file?.kind !== 'file') throw new Error(`there is no ${ending}`);
    const path = join(folder, ending.slice(ending.lastIndexOf('/') + 1));
    writeFileSync(path, file.content);
    return path;
  }

  it.each(cases)(
    'loaded twice give, as nft lists them, just the chains of the state, and leave others alone: $mark $rpFilter',
    (each) => {
      const scenario = scenarioWith(each);
      const file = written(scenario, '/etc/mlbroute/nftables.nft');
      const script = `
        nft add table inet other; nft add chain inet other c; nft add rule inet other c meta mark 0x7 accept
        nft list table inet other >/mnt/before 2>/dev/null || { mount -t tmpfs tmpfs /mnt; nft list table inet other >/mnt/before; }
        nft -f "$1"; nft -f "$1"
        nft list table inet other | cmp - /mnt/before
        nft list table inet mlbroute`;
      const { stdout } = runIsolated(`mount -t tmpfs tmpfs /mnt\n${script}`, [file]);
      expect(parseNftChains(stdout)).toEqual(stateOf(scenario).chains);
      expect(stateOf(scenario).chains.every(({ tool }) => tool === 'nft')).toBe(true);
    },
  );

  it('have a unit that systemd reads without a word', () => {
    const scenario = scenarioWith({ mark: must(parseFwmark(0x100, 0x1f00)), rpFilter: 'auto' });
    const path = written(scenario, '/system/mlbroute-nftables.service');
    expect(runIsolated('systemd-analyze verify --man=no "$1"', [path])).toEqual({ stdout: '', stderr: '' });
  });
});
