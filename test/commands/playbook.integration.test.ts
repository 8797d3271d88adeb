import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/commands/audit.ts';
import { plan } from '../../src/commands/plan.ts';
import { push } from '../../src/commands/push.ts';
import { remove } from '../../src/commands/remove.ts';
import { snapshotOf } from '../deploy/deploying.ts';
import { type Fleet, markNetwork, startFleet } from './fleet.ts';

let fleet: Fleet;
beforeEach(() => {
  fleet = startFleet(2);
});
afterEach(() => fleet.stop());

/** Writes a playbook and gives its path. */
function playbook(text: string): string {
  const file = join(fleet.directory, 'site.yaml');
  writeFileSync(file, text);
  return file;
}

const networks = '- hosts: all\n  tasks:\n    - metallb_l2:\n';
const storage = `
- hosts: all
  vars: { storage: 300 }
  tasks:
    - route: { to: "{{ item }}", via: 10.9.0.1, dev: eth0, onlink: true, table: "{{ storage }}" }
      when: inventory_hostname == "n1"
      loop: [10.20.0.0/16, 10.30.0.0/16]
    - rule: { priority: 1500, from: 10.112.0.0/12, to: 10.16.0.0/12, table: "{{ storage }}" }
      when: inventory_hostname == "n1"
`;
const storageOf = (name: string) =>
  fleet
    .host(name)
    .sh(
      'ip rule show priority 1500; ip route show table 300 2>/dev/null; cat /etc/systemd/network/*.network /etc/systemd/network/*/*',
    );

describe('a push with a playbook', () => {
  it('brings what tasks declare beside networks, keeps it, and takes away what the playbook drops', async () => {
    const before = ['n1', 'n2'].map((name) => snapshotOf(fleet.host(name)));
    const file = playbook(networks + storage);
    const first = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(first.exitCode, first.stderr).toBe(0);
    expect(storageOf('n1')).toMatch(
      /1500:\tfrom 10.112.0.0\/12 to 10.16.0.0\/12 lookup 300[\s\S]*10.20.0.0\/16 via 10.9.0.1 dev eth0[^\n]*onlink[\s\S]*10.30.0.0\/16[\s\S]*Destination=10.20.0.0\/16/,
    );
    expect(storageOf('n2')).not.toMatch(/10\.[23]0\.|1500/);

    const again = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stderr).toContain('2 unchanged');
    const audited = await fleet.run(audit, fleet.planOptions({ playbook: file }));
    expect(audited.exitCode, audited.stdout + audited.stderr).toBe(0);

    const dropped = await fleet.run(push, fleet.pushOptions({ playbook: playbook(networks) }));
    expect(dropped.exitCode, dropped.stderr).toBe(0);
    expect(storageOf('n1')).not.toMatch(/10\.[23]0\.|1500/);
    // The built-in playbook is no other than this one.
    const builtIn = await fleet.run(plan, fleet.planOptions());
    expect(builtIn.exitCode, builtIn.stdout).toBe(0);

    const removed = await fleet.run(remove, fleet.pushOptions());
    expect(removed.exitCode, removed.stderr).toBe(0);
    expect(['n1', 'n2'].map((name) => snapshotOf(fleet.host(name)))).toEqual(before);
  });

  it('touches no host that no play has, and no host at all where a task is wrong for one of them', async () => {
    const edge = playbook(`- hosts: n2\n  tasks:\n    - metallb_l2:\n`);
    const some = await fleet.run(push, fleet.pushOptions({ playbook: edge }));
    expect(some.exitCode, some.stderr).toBe(0);
    expect(some.stderr).toContain('1 host in');
    const none = await fleet.run(push, fleet.pushOptions({ playbook: edge, limit: 'n1' }));
    expect(none.exitCode).toBe(65);
    expect(none.stderr).toContain('has no play for a host of the limit "n1"');

    const before = ['n1', 'n2'].map((name) => snapshotOf(fleet.host(name)));
    const wrong = playbook(`${networks}    - vlan: { parent: eth0, id: 300, name: "{{ nme }}" }\n`);
    const { exitCode, stderr } = await fleet.run(push, fleet.pushOptions({ playbook: wrong }));
    expect(exitCode).toBe(65);
    expect(stderr).toContain(`${wrong}:4:45: error[undefined-variable]: variable "nme" is not defined`);
    expect(['n1', 'n2'].map((name) => snapshotOf(fleet.host(name)))).toEqual(before);
  });

  it('is told all that is wrong at once: a task that is none, what others refer to; but not what a faulty task may have given', async () => {
    const wrong = playbook(`- hosts: all
  tasks:
    - vlan: { parent: eth0, id: 300, name: "{{ nme }}" }
    - comand: uname -r
      register: kernel
    - vlan: { parent: eth0, id: 4096, name: x }
    - command: echo {{ kernel.stdout }}
- hosts: all
  variables: { nme: x }
  tasks:
    - vlan: { parent: eth0, id: 300, name: "{{ nme }}" }
`);
    const { exitCode, stderr } = await fleet.run(push, fleet.pushOptions({ playbook: wrong }));
    expect(exitCode).toBe(65);
    const told = stderr.split('\n').flatMap((line) => line.match(/site.yaml:(\d+:\d+: error\S+)/)?.[1] ?? []);
    expect(told).toEqual([
      '3:45: error[undefined-variable]:',
      '4:7: error[unknown-key]:',
      '6:33: error[vlan-range]:',
      '9:3: error[unknown-key]:',
    ]);
  });

  it('brings what tasks with a tag declare, and leaves what others declared as it is, until a push without tags', async () => {
    const tagged = storage.replaceAll('      when:', '      tags: [storage]\n      when:');
    const file = playbook(networks + tagged);
    const some = await fleet.run(push, fleet.pushOptions({ playbook: file, tags: ['storage'] }));
    expect(some.exitCode, some.stderr).toBe(0);
    expect(storageOf('n1')).toMatch(/1500:[\s\S]*10\.20\.0\.0\/16 via 10\.9\.0\.1/);
    const markRules = () =>
      ['n1', 'n2'].map((name) => fleet.host(name).sh('ip rule show | grep -c "fwmark 0x100" || :'));
    expect(markRules()).toEqual(['0\n', '0\n']);
    const whole = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(whole.exitCode, whole.stderr).toBe(0);
    const withNetworks = markRules();
    expect(withNetworks).not.toContain('0\n');
    const n2 = snapshotOf(fleet.host('n2'));

    // Another gateway, one route less, and nothing at all said of networks.
    const other = playbook(tagged.replaceAll('10.9.0.1', '10.9.0.2').replace('10.20.0.0/16, ', ''));
    const changed = await fleet.run(push, fleet.pushOptions({ playbook: other, tags: ['storage'] }));
    expect(changed.exitCode, changed.stderr).toBe(0);
    expect(changed.stderr).toMatch(/1 unchanged, 1 changed/);
    expect(storageOf('n1')).toMatch(/10\.20\.0\.0\/16 via 10\.9\.0\.1[^\n]*\n10\.30\.0\.0\/16 via 10\.9\.0\.2/);
    expect(markRules()).toEqual(withNetworks);
    expect(snapshotOf(fleet.host('n2'))).toEqual(n2);
    const again = await fleet.run(plan, fleet.planOptions({ playbook: other, tags: ['storage'] }));
    expect(again.exitCode, again.stdout).toBe(0);

    // Audit is about all of the playbook.
    const audited = await fleet.run(audit, fleet.planOptions({ playbook: other }));
    expect(audited.exitCode).toBe(2);
    expect(audited.stdout).toContain('10.20.0.0/16');
    const last = await fleet.run(push, fleet.pushOptions({ playbook: other }));
    expect(last.exitCode, last.stderr).toBe(0);
    expect(storageOf('n1')).not.toContain('10.20.0.0/16');
    expect(markRules()).toEqual(['0\n', '0\n']);
  });

  it('changes the hosts of its plays in their order, as many at a time as they say', async () => {
    const each = '  tasks:\n    - metallb_l2:\n';
    const file = playbook(`- hosts: n2\n  serial: 1\n${each}- name: Rest\n  hosts: all\n  max_fail: 0\n${each}`);
    const { exitCode, stdout } = await fleet.run(push, fleet.pushOptions({ playbook: file, output: 'json' }));
    expect(exitCode).toBe(0);
    const told = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .flatMap((event) =>
        ['batch', 'gate', 'end'].includes(event.kind) ? [event.host ?? `${event.kind} ${event.hosts}`] : [],
      );
    expect(told).toEqual(['batch n2', 'n2', 'gate undefined', 'batch n1', 'n1']);

    fleet.host('n2').sh(`printf '#!/bin/sh\\nexit 1\\n' >/usr/local/sbin/ip; chmod 755 /usr/local/sbin/ip`);
    const before = snapshotOf(fleet.host('n1'));
    fleet.describe({ networks: [{ ...markNetwork, pools: ['1.2.3.0/25'] }] });
    const stopped = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(stopped.exitCode, stopped.stderr).toBe(1);
    expect(stopped.stderr).toMatch(/^not started {2}n1: 1 host failed, and no --max-fail allows it$/m);
    expect(snapshotOf(fleet.host('n1'))).toEqual(before);
  });

  it('takes no tag that no task has, and no part of a playbook where nobody knows what is to be left', async () => {
    const file = playbook(networks + storage.replaceAll('      when:', '      tags: storage\n      when:'));
    const whole = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(whole.exitCode, whole.stderr).toBe(0);
    fleet.host('n1').sh('rm /var/lib/mlbroute/manifest.json');
    const before = ['n1', 'n2'].map((name) => snapshotOf(fleet.host(name)));

    const misspelt = await fleet.run(push, fleet.pushOptions({ playbook: file, skipTags: ['storag'] }));
    expect(misspelt.exitCode).toBe(65);
    expect(misspelt.stderr).toContain('--skip-tags: no task has the tag "storag"');
    expect(misspelt.stderr).toContain('did you mean "storage"?');
    const none = await fleet.run(
      push,
      fleet.pushOptions({ playbook: file, tags: ['untagged'], skipTags: ['untagged'] }),
    );
    expect(none.exitCode).toBe(65);
    expect(none.stderr).toContain('has no task with these tags for any host');

    const part = await fleet.run(push, fleet.pushOptions({ playbook: file, tags: ['storage'] }));
    expect(part.exitCode, part.stderr).toBe(1);
    expect(part.stderr).toMatch(/n1[\s\S]*has files of mlbroute and no record[\s\S]*push without --tags/);
    expect(['n1', 'n2'].map((name) => snapshotOf(fleet.host(name)))).toEqual(before);
  });
});
