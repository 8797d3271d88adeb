import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/commands/audit.ts';
import { plan } from '../../src/commands/plan.ts';
import { push } from '../../src/commands/push.ts';
import { snapshotOf } from '../deploy/deploying.ts';
import { type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
beforeEach(() => {
  fleet = startFleet(2);
});
afterEach(() => fleet.stop());

/** Writes a playbook of one play for all hosts, and gives its path. */
function playbook(...tasks: readonly string[]): string {
  const file = join(fleet.directory, 'site.yaml');
  writeFileSync(file, `- hosts: all\n  tasks:\n${tasks.map((task) => `    - ${task}\n`).join('')}`);
  return file;
}

const route = (last: number) => `route: { to: 10.${last}.0.0/16, via: 10.9.0.1, dev: eth0, onlink: true, table: 300 }`;
const routes = 'ip route show table 300';

describe('a push of a playbook with actions', () => {
  it('does everything in the order of the playbook, and finds nothing to do the second time', async () => {
    const file = playbook(
      route(20),
      `command: { argv: [sh, -c, "${routes} >/run/seen; cat; echo made >&2"], stdin: "hello\\n", creates: /run/seen }\n      register: first`,
      route(30),
      `{ when: first.changed, command: "ip route show table 300 to root 10.30.0.0/16", register: second }`,
      `assert: { that: ["first.skipped || second.skipped || second.stdout.contains('10.30.0.0/16')"] }`,
      `{ when: first.changed, command: [sh, -c, "echo {{ first.stdout }} {{ first.rc }} >/run/second"] }`,
    );
    const planned = await fleet.run(plan, fleet.planOptions({ playbook: file }));
    expect(planned.exitCode).toBe(2);
    expect(planned.stdout).toContain('run: command sh -c');
    expect(planned.stdout).toContain('perhaps: command ip route show table 300 to root 10.30.0.0/16');
    expect(fleet.host('n1').sh('ls /run/seen 2>&1 || :')).toContain('No such file');

    const first = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stderr).toContain('2 changed');
    // Between the two states there was the first route, and not yet the second.
    expect(fleet.host('n1').sh('cat /run/seen')).toMatch(/^10\.20\.0\.0\/16 via 10\.9\.0\.1[^\n]*\n$/);
    expect(fleet.host('n2').sh('cat /run/second')).toBe('hello 0\n');
    expect(fleet.host('n1').sh(routes)).toContain('10.30.0.0/16');

    const before = ['n1', 'n2'].map((name) => snapshotOf(fleet.host(name)));
    const second = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(second.exitCode, second.stderr).toBe(0);
    expect(second.stderr).toContain('2 unchanged');
    expect(['n1', 'n2'].map((name) => snapshotOf(fleet.host(name)))).toEqual(before);
    const again = await fleet.run(plan, fleet.planOptions({ playbook: file }));
    expect(again.exitCode, again.stdout).toBe(0);
    expect(again.stdout).toContain('(/run/seen is there)');
    const audited = await fleet.run(audit, fleet.planOptions({ playbook: file }));
    expect(audited.exitCode, audited.stdout).toBe(0);
  });

  it('stops a host where an action fails, with what it said; what was done before stays, and the next push goes on', async () => {
    const file = playbook(
      route(20),
      `{ when: 'inventory_hostname == "n1"', name: Ask the switch, command: [sh, -c, "seq 1 30; test -e /run/good"] }`,
      route(30),
    );
    const stopped = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(stopped.exitCode).toBe(1);
    expect(stopped.stderr).toMatch(
      /failed {7}n1: Ask the switch: exit code 1\n +\| 11\n[\s\S]*\| 30\n +\d changes of the steps before it stay/,
    );
    expect(fleet.host('n1').sh(routes)).toMatch(/^10\.20\.0\.0\/16 [^\n]*\n$/);
    expect(fleet.host('n2').sh(routes)).toContain('10.30.0.0/16');
    fleet.host('n1').sh('touch /run/good');
    const again = await fleet.run(push, fleet.pushOptions({ playbook: file, retry: 'last' }));
    expect(again.exitCode, again.stderr).toBe(0);
    expect(fleet.host('n1').sh(routes)).toContain('10.30.0.0/16');
  });

  it('keeps secrets to itself when an action fails that says them', async () => {
    fleet.describe({ networks: [], switch_password: 'correct horse' });
    const file = playbook(`command: [sh, -c, "echo I was told '{{ switch_password }}'; exit 1"]`);
    const { exitCode, stdout, stderr } = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(exitCode).toBe(1);
    expect(stdout + stderr).not.toContain('correct horse');
    expect(stderr).toContain('| I was told ********');
  });

  it('takes away only in the end what the playbook drops, and lets commands see it until then', async () => {
    const first = await fleet.run(push, fleet.pushOptions({ playbook: playbook(route(20), route(30)) }));
    expect(first.exitCode, first.stderr).toBe(0);
    const file = playbook(route(40), `command: { argv: [sh, -c, "${routes} >/run/seen"], changed: false }`);
    const dropped = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(dropped.exitCode, dropped.stderr).toBe(0);
    expect(fleet.host('n1').sh('cat /run/seen')).toMatch(/10\.20\.0\.0[\s\S]*10\.30\.0\.0[\s\S]*10\.40\.0\.0/);
    expect(fleet.host('n1').sh(routes)).toMatch(/^10\.40\.0\.0\/16 [^\n]*\n$/);
  });

  it('touches no host whose assert is sure to fail, and saves no plan with actions', async () => {
    const file = playbook(route(20), 'assert: { that: inventory_hostname == "n2", message: "n2 first" }');
    const before = snapshotOf(fleet.host('n1'));
    const pushed = await fleet.run(push, fleet.pushOptions({ playbook: file }));
    expect(pushed.exitCode).toBe(1);
    expect(pushed.stderr).toMatch(/failed {7}n1: assert inventory_hostname == "n2": n2 first\n/);
    expect(pushed.stderr).toContain('1 changed');
    expect(snapshotOf(fleet.host('n1'))).toEqual(before);
    // Nobody need be asked whether something may be looked at.
    const again = await fleet.run(push, fleet.pushOptions({ playbook: file, limit: 'n2', yes: false }));
    expect(again.exitCode, again.stderr).toBe(0);
    const out = join(fleet.directory, 'saved.plan');
    const saved = await fleet.run(plan, fleet.planOptions({ playbook: file, limit: 'n2', out }));
    expect(saved.exitCode).toBe(1);
    expect(saved.stderr).toContain('the plan was not saved: it holds no actions, and n2 has some');
  });

  it('plans what makes sense only after an action when that has run, and refuses it where none will', async () => {
    // An interface, and what networkd would say of it.
    const veth = `ip link add veth7 up type veth peer name veth8 && ip link set veth8 up
printf '[Match]\\nName=veth7\\n' >/etc/systemd/network/10-veth7.network
echo NETWORK_FILE=/etc/systemd/network/10-veth7.network >"/run/systemd/netif/links/$(ip -o link show veth7 | cut -d: -f1)"`;
    for (const name of ['n1', 'n2']) fleet.host(name).sh(`cat >/run/make-veth7 <<'END'\n${veth}\nEND`);
    const over = 'route: { to: 10.50.0.0/16, via: 10.9.0.1, dev: veth7, onlink: true, table: 300 }';
    const making = [route(20), 'command: { argv: sh /run/make-veth7, unless: ip link show veth7 }', over];
    const planned = await fleet.run(plan, fleet.planOptions({ playbook: playbook(...making), limit: 'n1' }));
    expect(planned.exitCode, planned.stderr).toBe(2);
    expect(planned.stdout).toMatch(/cannot be planned before them: .*the host has no interface veth7/);
    expect(planned.stdout).toContain('route 10.20.0.0/16');
    const made = await fleet.run(push, fleet.pushOptions({ playbook: playbook(...making), limit: 'n1' }));
    expect(made.exitCode, made.stderr).toBe(0);
    expect(fleet.host('n1').sh(routes)).toContain('10.50.0.0/16 via 10.9.0.1 dev veth7');
    const again = await fleet.run(push, fleet.pushOptions({ playbook: playbook(...making), limit: 'n1' }));
    expect(again.stderr).toContain('1 unchanged');

    const before = snapshotOf(fleet.host('n2'));
    const file = playbook(route(20), 'command: { argv: x, unless: "true" }', over);
    const refused = await fleet.run(push, fleet.pushOptions({ playbook: file, limit: 'n2' }));
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/failed {7}n2: .*the host has no interface veth7/);
    expect(snapshotOf(fleet.host('n2'))).toEqual(before);
  });

  it('verifies in between, and restarts a host and waits until it is back', async () => {
    fleet.host('n1').sh(rebooting);
    const file = playbook('metallb_l2:', 'verify:', 'reboot:', 'wait: { until: "test -e /run/back" }', route(20));
    const { exitCode, stderr } = await fleet.run(push, fleet.pushOptions({ playbook: file, limit: 'n1' }));
    expect(exitCode, stderr).toBe(0);
    expect(fleet.host('n1').sh(routes)).toContain('10.20.0.0/16');
    expect(fleet.host('n1').sh('cat /run/back')).toBe('1\n');

    // Somebody takes a rule away while the push is under way.
    const spoilt = playbook('metallb_l2:', 'command: [sh, -c, "ip rule del priority 2011"]', 'verify:');
    const verified = await fleet.run(push, fleet.pushOptions({ playbook: spoilt, limit: 'n1' }));
    expect(verified.exitCode).toBe(1);
    expect(verified.stderr).toMatch(/failed {7}n1: verify: not as described\n +\| .*2011/);
  });
});

/** A host of the tests shares its kernel: what changes is the boot id that it sees, and how often is counted. */
const rebooting = `cat >/usr/local/sbin/systemctl.new <<'END'
#!/bin/sh
case "$*" in
  reboot)
    cat /proc/sys/kernel/random/uuid >/run/boot-id
    mount --bind /run/boot-id /proc/sys/kernel/random/boot_id
    echo 1 >>/run/back ;;
  *) exec /usr/local/sbin/systemctl.old "$@" ;;
esac
END
chmod 755 /usr/local/sbin/systemctl.new
cp /usr/local/sbin/systemctl /usr/local/sbin/systemctl.old
mv /usr/local/sbin/systemctl.new /usr/local/sbin/systemctl`;
