import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFwmark } from '../../src/domain/routing.ts';
import { parseChains } from '../../src/facts/chains.ts';
import { cidr, hostSpec, ip, must, network, vlan } from '../tasks/example-host.ts';
import { needTool, runIsolated } from './run-tool.ts';
import { filesOf, type Scenario, shippedTemplates, stateOf } from './scenario.ts';

const templates = await shippedTemplates();
const marks: [number, number][] = [
  [0x100, 0x1f00],
  [0x100, 0xffffffff],
  [0x80000000, 0x80000000],
  [0x1, 0xff],
];
const variants = ['legacy', 'nft'] as const;
const cases = variants.flatMap((variant) =>
  marks.map(([value, mask]) => ({ variant, mark: must(parseFwmark(value, mask)) })),
);

/** Two networks, one of them with a single address and with marks of the kind under test. */
function scenarioWith(mark: (typeof cases)[number]['mark']): Scenario {
  const pools = ['1.2.3.0/24', '9.8.7.6/32'].map(cidr);
  const other = network({
    name: 'other',
    pools: [cidr('5.6.7.0/24')],
    gateway: ip('5.6.7.1'),
    link: vlan('eth0', 200),
  });
  return { spec: hostSpec({ networks: [network({ pools, mark }), other] }), facts: null, recorded: null };
}

/** What the unit does at boot, with `iptables` being the variant: every ExecStart line, as systemd would split it. */
function bootCommands(scenario: Scenario): readonly string[] {
  const unit = filesOf(scenario, templates).find(({ path }) => path.endsWith('/system/mlbroute-iptables.service'));
  if (unit?.kind !== 'file') throw new Error('there is no unit');
  return unit.content.split('\n').flatMap((line) => /^ExecStart=(.*)$/.exec(line)?.[1] ?? []);
}

describe('the iptables files', () => {
  let folder: string;
  beforeAll(() => {
    for (const variant of variants) needTool(`/usr/sbin/iptables-${variant}-restore`, 'iptables');
    needTool('/usr/bin/systemd-analyze', 'systemd');
    folder = mkdtempSync(join(tmpdir(), 'mlbroute-iptables-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function fragmentOf(scenario: Scenario): string {
    const file = filesOf(scenario, templates).find(({ path }) => path === '/etc/mlbroute/iptables.v4');
    if (file?.kind !== 'file') throw new Error('there is no fragment');
    const path = join(folder, 'iptables.v4');
    writeFileSync(path, file.content);
    return path;
  }

  it.each(cases)('pass iptables-$variant-restore --test with mark $mark', ({ variant, mark }) => {
    runIsolated(`iptables-${variant}-restore --test --noflush <"$1"`, [fragmentOf(scenarioWith(mark))]);
  });

  it.each(cases)(
    'twice at boot give, in iptables-$variant-save, just the chains of the state with mark $mark, and leave others alone',
    ({ variant, mark }) => {
      const scenario = scenarioWith(mark);
      const fragment = fragmentOf(scenario);
      const boot = bootCommands(scenario).map((line) => line.replace('/etc/mlbroute/iptables.v4', fragment));
      const script = `
      mount -t tmpfs tmpfs /mnt
      for tool in iptables iptables-restore iptables-save; do ln -s /usr/sbin/\${tool%%-*}-${variant}\${tool#iptables} /mnt/$tool; done
      PATH=/mnt:$PATH
      iptables -w 10 -t mangle -N KUBE-KUBELET-CANARY
      iptables -w 10 -t mangle -A PREROUTING -s 10.0.0.1/32 -j ACCEPT
      ${[...boot, ...boot].join('\n')}
      iptables-save -t mangle`;
      const { stdout } = runIsolated(script);
      expect(parseChains(stdout, 'ipv4')).toEqual(stateOf(scenario).chains);
      const lines = stdout.split('\n').filter((line) => /^-A (PREROUTING|OUTPUT) |KUBE/.test(line));
      expect(lines).toEqual([
        ':KUBE-KUBELET-CANARY - [0:0]',
        '-A PREROUTING -j MLBROUTE-PREROUTING',
        '-A PREROUTING -s 10.0.0.1/32 -j ACCEPT',
        '-A OUTPUT -j MLBROUTE-OUTPUT',
      ]);
    },
  );

  it('have a unit that systemd reads without a word', () => {
    const unit = filesOf(scenarioWith(must(parseFwmark(0x100, 0x1f00))), templates).find(({ path }) =>
      path.endsWith('/system/mlbroute-iptables.service'),
    );
    if (unit?.kind !== 'file') throw new Error('there is no unit');
    const path = join(folder, 'mlbroute-iptables.service');
    writeFileSync(path, unit.content);
    expect(runIsolated('systemd-analyze verify --man=no "$1"', [path])).toEqual({ stdout: '', stderr: '' });
  });
});
