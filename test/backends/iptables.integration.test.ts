import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFwmark } from '../../src/domain/routing.ts';
import { parseChains } from '../../src/facts/chains.ts';
import { cidr, hostSpec, ip, must, network, vlan } from '../tasks/example-host.ts';
import { needTool, runIsolated } from './run-tool.ts';
import { declaredBy, filesOf, type Scenario, shippedTemplates, stateOf } from './scenario.ts';

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

/** Chains of tasks, in tables that networks need not. */
const declared = declaredBy(`
    - iptables: { family: both, hook: INPUT, chain: A, rules: [-s 10.0.0.0/8 -j RETURN, -s fd00::/8 -j RETURN, -p tcp -j DROP] }
    - iptables: { table: nat, hook: POSTROUTING, chain: B, rules: ["-s fd00::/8 -j MASQUERADE"] }
    - mark: { to: [10.1.0.0/16, "fd00:1::/64"], iif: eth1, fwmark: 0x200 }
`);

/** Two networks, one of them with a single address, with pools of both families and with marks of the kind under test. */
function scenarioWith(mark: (typeof cases)[number]['mark']): Scenario {
  const pools = ['1.2.3.0/24', '9.8.7.6/32'].map(cidr);
  const other = network({
    name: 'other',
    pools: [cidr('5.6.7.0/24')],
    gateway: ip('5.6.7.1'),
    link: vlan('eth0', 200),
  });
  const ipv6 = { pools: ['2001:db8:1::/64', '2001:db8:2::7/128'].map(cidr), gateway: ip('2001:db8:1::1') };
  const networks = [network({ pools, mark }), network({ ...ipv6, mark, rpFilter: 'rpfilter' }), other];
  return { spec: hostSpec({ networks }), declared, facts: null, recorded: null };
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

  function fragmentOf(scenario: Scenario, name: 'iptables.v4' | 'iptables.v6'): string {
    const file = filesOf(scenario, templates).find(({ path }) => path === `/etc/mlbroute/${name}`);
    if (file?.kind !== 'file') throw new Error('there is no fragment');
    const path = join(folder, name);
    writeFileSync(path, file.content);
    return path;
  }

  it.each(cases)('pass iptables-$variant-restore --test with mark $mark', ({ variant, mark }) => {
    const scenario = scenarioWith(mark);
    runIsolated(
      `iptables-${variant}-restore --test --noflush <"$1"; ip6tables-${variant}-restore --test --noflush <"$2"`,
      [fragmentOf(scenario, 'iptables.v4'), fragmentOf(scenario, 'iptables.v6')],
    );
  });

  it.each(cases)(
    'twice at boot give, in iptables-$variant-save, just the chains of the state with mark $mark, and leave others alone',
    ({ variant, mark }) => {
      const scenario = scenarioWith(mark);
      const boot = bootCommands(scenario).map((line) =>
        line.replace(/\/etc\/mlbroute\/(iptables\.v[46])/, (_, name) => fragmentOf(scenario, name)),
      );
      const script = `
      mount -t tmpfs tmpfs /mnt
      for tool in iptables ip6tables; do
        for part in '' -restore -save; do ln -s /usr/sbin/$tool-${variant}$part /mnt/$tool$part; done
      done
      PATH=/mnt:$PATH
      iptables -w 10 -t mangle -N KUBE-KUBELET-CANARY
      iptables -w 10 -t mangle -A PREROUTING -s 10.0.0.1/32 -j ACCEPT
      ${[...boot, ...boot].join('\n')}
      for tool in iptables ip6tables; do
        for table in filter mangle nat raw; do $tool-save -t $table; done
        echo '# IPv6'
      done`;
      const { stdout } = runIsolated(script);
      const [ipv4 = '', ipv6 = ''] = stdout.split('# IPv6');
      const found = [...parseChains(ipv4, 'ipv4'), ...parseChains(ipv6, 'ipv6')];
      expect(found).toEqual(stateOf(scenario).chains);
      const lines = ipv4.split('\n').filter((line) => /^-A (PREROUTING|OUTPUT) |KUBE/.test(line));
      expect(lines).toEqual([
        ':KUBE-KUBELET-CANARY - [0:0]',
        '-A PREROUTING -j MLBROUTE-PREROUTING',
        '-A PREROUTING -j MLBROUTE-MARKS',
        '-A PREROUTING -s 10.0.0.1/32 -j ACCEPT',
        '-A OUTPUT -j MLBROUTE-OUTPUT',
        '-A OUTPUT -j MLBROUTE-MARKS-OUTPUT',
        '-A PREROUTING -j MLBROUTE-RPFILTER',
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
