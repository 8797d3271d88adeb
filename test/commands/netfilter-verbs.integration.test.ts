import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/commands/audit.ts';
import { plan } from '../../src/commands/plan.ts';
import { push } from '../../src/commands/push.ts';
import { remove } from '../../src/commands/remove.ts';
import { rollback } from '../../src/commands/rollback.ts';
import { type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
const sh = (program: string) => fleet.host('n1').sh(program);

beforeEach(() => {
  fleet = startFleet(1);
  fleet.describe({});
  // Others have chains in these tables, too.
  sh(
    'iptables -A INPUT -s 203.0.113.9 -j DROP; iptables -t nat -N KUBE-SERVICES; iptables -t nat -A PREROUTING -j KUBE-SERVICES',
  );
});
afterEach(() => fleet.stop());

function playbook(...tasks: readonly string[]): string {
  const file = join(fleet.directory, 'site.yaml');
  writeFileSync(file, `- hosts: all\n  tasks:\n${tasks.map((task) => `    - ${task}\n`).join('')}`);
  return file;
}

function pushed(file: string, expected: 0 | 1 = 0, tags?: readonly string[]) {
  const options = fleet.pushOptions({ playbook: file, ...(tags === undefined ? {} : { tags: [...tags] }) });
  return fleet.run(push, options).then((result) => {
    expect(result.exitCode, result.stderr + result.stdout).toBe(expected);
    return result.stderr + result.stdout;
  });
}

const rulesOf = (table: string, tool: 'iptables' | 'ip6tables' = 'iptables') =>
  sh(`${tool}-save -t ${table} | grep -e '^-A' -e MLBROUTE | sed 's/ \\[[0-9:]*\\]//'; true`);
const mark = 'mark: { to: [10.20.0.0/16, 10.30.0.0/16], iif: eth1, fwmark: { value: 0x2000, mask: 0x2000 } }';
const guard = (port: number) =>
  `iptables: { hook: INPUT, chain: NODEPORTS, rules: ["-s 192.168.1.0/24 -j RETURN", "-p tcp -m tcp --dport ${port} -j DROP"] }`;
const masquerade =
  'iptables: { table: nat, hook: POSTROUTING, chain: EGRESS, rules: ["-s 10.112.0.0/12 -o eth1 -j SNAT --to-source 192.0.2.1"] }';

describe('marks and chains of a playbook', () => {
  it('come into tables of others, which stay as they are, and go again', async () => {
    const before = ['filter', 'nat', 'mangle'].map((table) => rulesOf(table));
    const file = playbook(mark, guard(30_000), masquerade);
    const planned = await fleet.run(plan, fleet.planOptions({ playbook: file }));
    expect(planned.stdout).toContain('+ chain MLBROUTE-NODEPORTS in filter from INPUT, 2 rules');
    await pushed(file);
    expect(rulesOf('filter')).toMatchInlineSnapshot(`
      ":MLBROUTE-NODEPORTS -
      -A INPUT -j MLBROUTE-NODEPORTS
      -A INPUT -s 203.0.113.9/32 -j DROP
      -A MLBROUTE-NODEPORTS -s 192.168.1.0/24 -j RETURN
      -A MLBROUTE-NODEPORTS -p tcp -m tcp --dport 30000 -j DROP
      "
    `);
    expect(rulesOf('nat')).toMatchInlineSnapshot(`
      ":MLBROUTE-EGRESS -
      -A PREROUTING -j KUBE-SERVICES
      -A POSTROUTING -j MLBROUTE-EGRESS
      -A MLBROUTE-EGRESS -s 10.112.0.0/12 -o eth1 -j SNAT --to-source 192.0.2.1
      "
    `);
    expect(rulesOf('mangle')).toMatchInlineSnapshot(`
      ":MLBROUTE-MARKS -
      :MLBROUTE-MARKS-OUTPUT -
      -A PREROUTING -j MLBROUTE-MARKS
      -A OUTPUT -j MLBROUTE-MARKS-OUTPUT
      -A MLBROUTE-MARKS -d 10.20.0.0/16 -i eth1 -m conntrack --ctdir ORIGINAL -j CONNMARK --set-xmark 0x2000/0x2000
      -A MLBROUTE-MARKS -d 10.30.0.0/16 -i eth1 -m conntrack --ctdir ORIGINAL -j CONNMARK --set-xmark 0x2000/0x2000
      -A MLBROUTE-MARKS -m conntrack --ctdir REPLY -m connmark --mark 0x2000/0x2000 -j CONNMARK --restore-mark --nfmask 0x2000 --ctmask 0x2000
      -A MLBROUTE-MARKS-OUTPUT -m conntrack --ctdir REPLY -m connmark --mark 0x2000/0x2000 -j CONNMARK --restore-mark --nfmask 0x2000 --ctmask 0x2000
      "
    `);
    expect(await pushed(file)).toContain('1 unchanged');
    // What keeps them over a restart has them, and somebody else's change of them is found.
    expect(sh('grep -c -e "^[*]filter" -e "^[*]nat" -e "^[*]mangle" /etc/mlbroute/iptables.v4')).toBe('3\n');
    sh('iptables -F MLBROUTE-NODEPORTS');
    const audited = await fleet.run(audit, fleet.planOptions({ playbook: file }));
    expect(audited.exitCode).toBe(2);
    expect(audited.stdout).toMatch(/differs +running +chain MLBROUTE-NODEPORTS in filter/);
    await pushed(file);

    // One chain is no longer asked for, and one has another rule.
    await pushed(playbook(mark, guard(30_001)));
    expect(rulesOf('nat')).toBe(before[1]);
    expect(rulesOf('filter')).toContain('--dport 30001');
    const gone = await fleet.run(remove, { ...fleet.pushOptions(), check: false, diff: false });
    expect(gone.exitCode, gone.stderr).toBe(0);
    expect(['filter', 'nat', 'mangle'].map((table) => rulesOf(table))).toEqual(before);
  });

  it('are taken back where the kernel has a rule in other words, which are told', async () => {
    const before = rulesOf('filter');
    const said = await pushed(playbook('iptables: { hook: INPUT, chain: A, rules: [-s 10.0.0.1 -j DROP] }'), 1);
    expect(said).toContain('(rule 1 is -s 10.0.0.1/32 -j DROP)');
    expect(rulesOf('filter')).toBe(before);
  });

  it('of tasks that a run leaves out stay', async () => {
    const other = '{ tags: other, mark: { to: 10.40.0.0/16, iif: eth1, fwmark: { value: 0x1000, mask: 0x1000 } } }';
    const tagged = `{ tags: guard, ${guard(30_002)} }`;
    await pushed(playbook(mark, other, masquerade));
    await pushed(playbook(other, tagged), 0, ['other', 'guard']);
    expect(rulesOf('mangle').match(/-d 10\.\d0\.0\.0\/16 .*--set-xmark 0x\d000/g)).toHaveLength(3);
    expect(rulesOf('nat')).toContain('MLBROUTE-EGRESS');
    expect(rulesOf('filter')).toContain('--dport 30002');
  });

  const both = {
    mark: 'mark: { to: [10.20.0.0/16, "fd00:20::/64"], iif: eth1, fwmark: { value: 0x2000, mask: 0x2000 } }',
    rule: 'rule: { priority: 1600, family: both, fwmark: { value: 0x2000, mask: 0x2000 }, table: 320 }',
    routes: ['10.9.0.1', 'fd00:9::1'].map(
      (via) => `route: { to: default, via: "${via}", dev: eth1, onlink: true, table: 320 }`,
    ),
    guard:
      'iptables: { family: both, hook: INPUT, chain: NODEPORTS, rules: ["-s 192.168.1.0/24 -j RETURN", "-s fd00::/64 -j RETURN", "-p tcp -m tcp --dport 30000 -j DROP", "-p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT"] }',
    nat: 'iptables: { table: nat, hook: POSTROUTING, chain: EGRESS, rules: ["-s fd00:112::/64 -o eth1 -j SNAT --to-source fd00:9::2"] }',
  };
  const tasks = [both.mark, both.rule, ...both.routes, both.guard, both.nat];
  const tables = ['filter', 'nat', 'mangle'];
  const ofBoth = () => [
    ...(['iptables', 'ip6tables'] as const).flatMap((tool) => tables.map((table) => rulesOf(table, tool))),
    sh('ip -4 rule; ip -6 rule; ip -4 route show table 320 2>/dev/null; ip -6 route show table 320 2>/dev/null; true'),
    sh('nft list tables | grep inet; find /etc/mlbroute /etc/systemd -name "*mlbroute*" 2>/dev/null | sort'),
  ];

  it.each([
    ['nft', 'iptables'],
    ['legacy', 'iptables'],
    ['nft', 'nftables'],
    ['legacy', 'nftables'],
  ])(
    'of IPv6 come, are missed, go, and come back by the variant %s, marks by netfilter: %s',
    async (variant, netfilter) => {
      if (variant === 'legacy') sh('mount --bind /usr/sbin/xtables-legacy-multi /usr/sbin/xtables-nft-multi');
      fleet.describe({ netfilter });
      sh('ip6tables -A INPUT -s 2001:db8::9 -j DROP; ip6tables -t nat -N KUBE-SERVICES; ip6tables -t mangle -N OTHER');
      const before = ofBoth();
      const file = playbook(...tasks);
      const planned = await fleet.run(plan, fleet.planOptions({ playbook: file }));
      expect(planned.stdout).toContain('+ chain MLBROUTE-NODEPORTS in filter (IPv6) from INPUT, 3 rules');
      await pushed(file);
      const there = ofBoth();
      expect(rulesOf('filter', 'ip6tables')).toBe(
        [
          ':MLBROUTE-NODEPORTS -',
          '-A INPUT -j MLBROUTE-NODEPORTS',
          '-A INPUT -s 2001:db8::9/128 -j DROP',
          '-A MLBROUTE-NODEPORTS -s fd00::/64 -j RETURN',
          '-A MLBROUTE-NODEPORTS -p tcp -m tcp --dport 30000 -j DROP',
          '-A MLBROUTE-NODEPORTS -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT\n',
        ].join('\n'),
      );
      expect(rulesOf('filter')).toMatch(
        /-A MLBROUTE-NODEPORTS -s 192\.168\.1\.0\/24 -j RETURN\n-A MLBROUTE-NODEPORTS -p tcp .* -j DROP\n$/,
      );
      expect(rulesOf('nat', 'ip6tables')).toContain('-o eth1 -j SNAT --to-source fd00:9::2');
      expect(rulesOf('nat')).not.toContain('MLBROUTE');
      if (netfilter === 'iptables') {
        const [mark, restore] = ['-d fd00:20::/64 -i eth1 .* --set-xmark 0x2000/0x2000', '.* --restore-mark .*'];
        expect(rulesOf('mangle', 'ip6tables')).toMatch(
          new RegExp(
            `-A MLBROUTE-MARKS ${mark}\\n-A MLBROUTE-MARKS ${restore}\\n-A MLBROUTE-MARKS-OUTPUT ${restore}\\n`,
          ),
        );
      } else
        expect(sh('nft list table inet mlbroute')).toMatch(/ip daddr 10\.20\.0\.0\/16 .*\n.*ip6 daddr fd00:20::\/64 /);
      expect(sh('ip -6 rule show priority 1600; ip -6 route show table 320')).toMatch(
        /fwmark 0x2000\/0x2000 lookup 320.*\ndefault via fd00:9::1 dev eth1 .*onlink/,
      );
      expect(await pushed(file)).toContain('1 unchanged');
      expect((await fleet.run(audit, fleet.planOptions({ playbook: file }))).exitCode).toBe(0);

      // Whatever of it is gone or is another is told, and mended.
      sh(
        'ip6tables -F MLBROUTE-NODEPORTS; ip6tables -t nat -D POSTROUTING -j MLBROUTE-EGRESS; ip -6 rule del priority 1600',
      );
      const audited = await fleet.run(audit, fleet.planOptions({ playbook: file }));
      expect(audited.exitCode).toBe(2);
      expect(audited.stdout).toMatch(/differs +running +chain MLBROUTE-NODEPORTS in filter \(IPv6\)/);
      expect(audited.stdout).toMatch(/differs +running +chain MLBROUTE-EGRESS in nat \(IPv6\)/);
      expect(audited.stdout).toMatch(/missing +running +IPv6 rule 1600 /);
      await pushed(file);
      expect(ofBoth()).toEqual(there);

      // All of IPv6 goes by itself, comes back with its generation, and all goes for good.
      await pushed(playbook(mark));
      expect(tables.map((table) => rulesOf(table, 'ip6tables'))).toEqual(before.slice(3, 6));
      const back = await fleet.run(rollback, { ...fleet.pushOptions(), to: null });
      expect(back.exitCode, back.stderr).toBe(0);
      expect(ofBoth()).toEqual(there);
      const gone = await fleet.run(remove, { ...fleet.pushOptions(), check: false, diff: false });
      expect(gone.exitCode, gone.stderr).toBe(0);
      expect(ofBoth()).toEqual(before);
    },
  );

  it('of IPv6 are taken back with a rule in other words, which are told, beside the same chain of IPv4', async () => {
    const before = ofBoth();
    const rules = '[-s 10.0.0.1/32 -j DROP, -s fd00::1 -j DROP]';
    const said = await pushed(playbook(`iptables: { family: both, hook: INPUT, chain: A, rules: ${rules} }`), 1);
    expect(said).toContain('(rule 1 is -s fd00::1/128 -j DROP)');
    expect(ofBoth()).toEqual(before);
  });

  it('of IPv6 stay where a run leaves their tasks out', async () => {
    await pushed(playbook(both.mark, both.guard, both.nat));
    const there = ofBoth();
    const other = '{ tags: other, mark: { to: "fd00:40::/64", iif: eth1, fwmark: { value: 0x1000, mask: 0x1000 } } }';
    await pushed(playbook(other), 0, ['other']);
    expect(rulesOf('mangle', 'ip6tables').match(/-d fd00:\d0::\/64 /g)).toHaveLength(2);
    expect(tables.slice(0, 2).map((table) => rulesOf(table, 'ip6tables'))).toEqual(there.slice(3, 5));
  });
});
