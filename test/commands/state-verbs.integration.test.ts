import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../src/commands/audit.ts';
import { plan } from '../../src/commands/plan.ts';
import { push } from '../../src/commands/push.ts';
import { remove } from '../../src/commands/remove.ts';
import { rollback } from '../../src/commands/rollback.ts';
import { snapshotOf } from '../deploy/deploying.ts';
import { type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
beforeAll(() => {
  fleet = startFleet(1);
});
afterAll(() => fleet.stop());

const sh = (text: string) => fleet.host('n1').sh(text);

/** Writes a playbook of these tasks for all hosts and gives its path. */
function playbook(tasks: readonly string[]): string {
  const file = join(fleet.directory, 'site.yaml');
  writeFileSync(file, `- hosts: all\n  tasks:\n${tasks.map((task) => `    - ${task}\n`).join('')}`);
  return file;
}

describe('the task sysctl', () => {
  const key = '/proc/sys/net/ipv4/tcp_rmem';
  const settings = [
    'sysctl: { name: net.ipv4.tcp_rmem, value: "4096 65536 1048576" }',
    'sysctl: { name: net/ipv4/conf/eth0/log_martians, value: yes }',
  ];
  const values = () => sh(`cat ${key} /proc/sys/net/ipv4/conf/eth0/log_martians`).trim().split(/\s+/).join(' ');

  it('sets, keeps, finds drift, gives back what was there, and comes again with its generation', async () => {
    const [before, untouched] = [values(), snapshotOf(fleet.host('n1'))];
    const file = playbook(['metallb_l2:', ...settings]);
    const first = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(first.exitCode, first.stderr).toBe(0);
    expect(values()).toBe('4096 65536 1048576 1');
    expect(sh('cat /etc/sysctl.d/99-zz-mlbroute.conf')).toMatch(
      /\nnet\/ipv4\/conf\/eth0\/log_martians = 1\n[\s\S]*\nnet\/ipv4\/tcp_rmem = 4096 65536 1048576\n/,
    );
    const again = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(again.stderr).toContain('1 unchanged');
    expect((await fleet.run(audit, fleet.planOptions({ playbook: file }))).exitCode).toBe(0);

    sh(`echo '4096 70000 1048576' >${key}; echo 'net.ipv4.tcp_rmem = 1 2 3' >/etc/sysctl.d/99-zzz-other.conf`);
    const drifted = await fleet.run(audit, fleet.planOptions({ playbook: file }));
    expect(drifted.exitCode).toBe(2);
    expect(drifted.stdout).toContain('sysctl net/ipv4/tcp_rmem 4096 70000 1048576 → 4096 65536 1048576');
    expect(drifted.stdout).toContain('99-zzz-other.conf');
    sh('rm /etc/sysctl.d/99-zzz-other.conf');

    const dropped = await fleet.run(push, fleet.pushOptions({ playbook: playbook(['metallb_l2:']) }));
    expect(dropped.exitCode, dropped.stderr).toBe(0);
    expect(values()).toBe(before);
    const back = await fleet.run(rollback, { ...fleet.pushOptions(), to: null });
    expect(back.exitCode, back.stderr).toBe(0);
    expect(values()).toBe('4096 65536 1048576 1');
    const removed = await fleet.run(remove, fleet.pushOptions());
    expect(removed.exitCode, removed.stderr).toBe(0);
    expect(values()).toBe(before);
    expect(snapshotOf(fleet.host('n1'))).toBe(untouched);
  });

  it('is refused where the kernel has no such setting, or metallb_l2 wants another value', async () => {
    const file = playbook(['metallb_l2:', 'sysctl: { name: net.ipv4.no_such_thing, value: 1 }']);
    const absent = await fleet.run(plan, fleet.planOptions({ playbook: file }));
    expect(absent.exitCode).toBe(1);
    expect(absent.stdout + absent.stderr).toContain('the kernel of this host has no setting net/ipv4/no_such_thing');
    const clash = playbook(['metallb_l2:', 'sysctl: { name: net.ipv4.conf.eth1.rp_filter, value: 1 }']);
    const refused = await fleet.run(plan, fleet.planOptions({ playbook: clash }));
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout + refused.stderr).toMatch(
      /site\.yaml:4:7: sysctl: metallb_l2 wants another sysctl net\/ipv4\/conf\/eth1\/rp_filter/,
    );
  });
});
