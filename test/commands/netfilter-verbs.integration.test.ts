import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/commands/audit.ts';
import { plan } from '../../src/commands/plan.ts';
import { push } from '../../src/commands/push.ts';
import { remove } from '../../src/commands/remove.ts';
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

const rulesOf = (table: string) =>
  sh(`iptables-save -t ${table} | grep -e '^-A' -e MLBROUTE | sed 's/ \\[[0-9:]*\\]//'`);
const mark = 'mark: { to: [10.20.0.0/16, 10.30.0.0/16], iif: eth1, fwmark: { value: 0x2000, mask: 0x2000 } }';
const guard = (port: number) =>
  `iptables: { hook: INPUT, chain: NODEPORTS, rules: ["-s 192.168.1.0/24 -j RETURN", "-p tcp -m tcp --dport ${port} -j DROP"] }`;
const masquerade =
  'iptables: { table: nat, hook: POSTROUTING, chain: EGRESS, rules: ["-s 10.112.0.0/12 -o eth1 -j SNAT --to-source 192.0.2.1"] }';

describe('marks and chains of a playbook', () => {
  it('come into tables of others, which stay as they are, and go again', async () => {
    const before = ['filter', 'nat', 'mangle'].map(rulesOf);
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
    expect(['filter', 'nat', 'mangle'].map(rulesOf)).toEqual(before);
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
});
