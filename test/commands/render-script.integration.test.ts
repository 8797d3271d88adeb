import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/commands/audit.ts';
import { push } from '../../src/commands/push.ts';
import { remove } from '../../src/commands/remove.ts';
import { render } from '../../src/commands/render.ts';
import { needTool } from '../backends/run-tool.ts';
import { snapshotOf } from '../deploy/deploying.ts';
import { type Fleet, markNetwork, startFleet } from './fleet.ts';

/** Everything that can be said of a device that is there: an address, a neighbour, and both families of numbers. */
const network = {
  ...markNetwork,
  pools: ['1.2.3.0/24', '9.8.7.6/32'],
  neighbor: '52:54:00:12:34:56',
};

let fleet: Fleet;
beforeEach(() => {
  fleet = startFleet(2);
  fleet.describe({ networks: [network] });
});
afterEach(() => fleet.stop());

/** Renders the script of a host and gives its path. */
async function scriptFor(name: string): Promise<string> {
  const out = join(fleet.directory, 'out');
  const ran = await fleet.run(render, { inventory: [fleet.inventory], limit: null, out, as: 'script' as const });
  expect(ran.exitCode, ran.stderr).toBe(0);
  return join(out, `${name}.sh`);
}

/** Runs it on its host. */
function runOn(name: string, script: string, ...args: readonly string[]) {
  const enter = ['-t', String(fleet.host(name).pid), '-n', '-m'];
  const ran = spawnSync('nsenter', [...enter, 'sh', script, ...args], { encoding: 'utf8' });
  return { status: ran.status, said: ran.stdout + ran.stderr };
}

/** Files, rules, routes, chains, settings, neighbours. */
const stateOf = (name: string) =>
  `${snapshotOf(fleet.host(name))}\n${fleet.host(name).sh('ip neighbor show nud permanent; ip -o address')}`
    .replaceAll(/^.*link\/ether.*\n/gm, '')
    // The record of a script names what it brought, for the next script.
    .replace(/^script\n/m, '');

describe('a host script', () => {
  it('brings a host to what a push brings it to, changes nothing again, and takes everything away', async () => {
    const before = stateOf('n1');
    const script = await scriptFor('n1');
    needTool('/usr/bin/shellcheck', 'shellcheck');
    expect(spawnSync('shellcheck', ['-s', 'sh', script], { encoding: 'utf8' }).stdout).toBe('');

    expect(runOn('n1', script, '--check')).toMatchObject({ status: 2 });
    expect(stateOf('n1')).toBe(before);
    const first = runOn('n1', script);
    expect(first.said).toMatch(/\+ rule -4 priority 2011 fwmark[\s\S]*\nchanged\n$/);
    expect(first.status).toBe(0);
    const pushed = await fleet.run(push, fleet.pushOptions({ limit: 'n2' }));
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    expect(stateOf('n1')).toBe(stateOf('n2'));

    const audited = await fleet.run(audit, fleet.planOptions());
    expect(audited.exitCode, audited.stdout + audited.stderr).toBe(0);
    const calls = fleet.host('n1').systemdCalls().length;
    expect(runOn('n1', script)).toEqual({ status: 0, said: 'unchanged\n' });
    expect(fleet.host('n1').systemdCalls().length).toBe(calls);

    expect(runOn('n1', script, '--remove')).toMatchObject({ status: 0 });
    expect(stateOf('n1')).toBe(before);
    expect(runOn('n1', script, '--remove')).toEqual({ status: 0, said: 'unchanged\n' });
  });

  it('repairs what was meddled with, and no more', async () => {
    const script = await scriptFor('n1');
    runOn('n1', script);
    const whole = stateOf('n1');
    fleet
      .host('n1')
      .sh(`ip rule delete priority 2011; ip route delete table 7001 default || ip route flush table 7001 || true
      iptables -t mangle -F MLBROUTE-OUTPUT; iptables -t mangle -D PREROUTING -j MLBROUTE-PREROUTING
      echo 1 >/proc/sys/net/ipv4/conf/eth1/rp_filter; echo '# mine' >>/etc/sysctl.d/99-zz-mlbroute.conf`);
    const repaired = runOn('n1', script);
    expect(repaired.said).not.toContain('priority 2000');
    expect(repaired).toMatchObject({ status: 0, said: expect.stringContaining('priority 2011') });
    expect(stateOf('n1')).toBe(whole);
  });

  it('does the same with chains of nft', async () => {
    const listing = (name: string) => fleet.host(name).sh('nft list table inet mlbroute 2>/dev/null || true');
    const before = stateOf('n1') + listing('n1');
    fleet.describe({ networks: [network], netfilter: 'nftables' });
    const script = await scriptFor('n1');
    const first = runOn('n1', script);
    expect(first.status, first.said).toBe(0);
    const pushed = await fleet.run(push, fleet.pushOptions({ limit: 'n2' }));
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    expect(listing('n1')).toBe(listing('n2'));
    expect(runOn('n1', script)).toEqual({ status: 0, said: 'unchanged\n' });
    fleet.host('n1').sh('nft flush chain inet mlbroute MLBROUTE-OUTPUT');
    expect(runOn('n1', script)).toMatchObject({ status: 0, said: expect.stringContaining('+ chain nft mangle') });
    expect(listing('n1')).toBe(listing('n2'));
    expect(runOn('n1', script, '--remove')).toMatchObject({ status: 0 });
    expect(stateOf('n1') + listing('n1')).toBe(before);
  });

  it('goes from what another script brought to its own without a moment of neither', async () => {
    runOn('n1', await scriptFor('n1'));
    const pools = ['1.2.3.0/25'];
    fleet.describe({ networks: [{ ...network, pools, gateway: '1.2.3.9', neighbor: '52:54:00:12:34:57' }] });
    const second = await scriptFor('n1');
    const changed = runOn('n1', second);
    expect(changed.status, changed.said).toBe(0);
    // Other routes in the same place are replaced, not deleted.
    expect(changed.said).not.toMatch(/- route -4 default/);
    const pushed = await fleet.run(push, fleet.pushOptions({ limit: 'n2' }));
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    expect(stateOf('n1')).toBe(stateOf('n2'));
  });

  it('leaves the host as it was where a step fails', async () => {
    fleet.host('n1').sh('echo 1 >/proc/sys/net/ipv4/conf/eth1/rp_filter');
    const before = stateOf('n1');
    const script = await scriptFor('n1');
    const text = readFileSync(script, 'utf8');
    const steps = [...text.matchAll(/^(?:sysctl|neighbor|route|rule|chain) .*$/gm)].map(([line]) => line);
    expect(steps.length).toBeGreaterThan(8);
    for (const line of steps) {
      // One that fails after it has done what it does.
      const broken = join(fleet.directory, 'broken.sh');
      const [kind = ''] = line.split(' ');
      writeFileSync(
        broken,
        text
          .replaceAll(`make_${kind}() {`, `sound_${kind}() {`)
          .replace(
            '\nrun_script "$@"\n',
            () =>
              `\nmake_${kind}() { sound_${kind} "$@"; [ "$*" != '${line}' ] || fail 'the fault'; }\nrun_script "$@"\n`,
          ),
      );
      const ran = runOn('n1', broken);
      expect(ran.status, line).toBe(1);
      expect(ran.said, line).toContain('the fault');
      expect(stateOf('n1'), line).toBe(before);
    }
  });

  it('gives the host over to pushes, and stays away from then on', async () => {
    const script = await scriptFor('n1');
    runOn('n1', script);
    fleet.describe({ networks: [{ ...network, gateway: '1.2.3.9' }] });
    const pushed = await fleet.run(push, fleet.pushOptions());
    expect(pushed.exitCode, pushed.stderr).toBe(0);
    expect(runOn('n1', script)).toMatchObject({
      status: 1,
      said: expect.stringContaining('pushed to this host over SSH'),
    });
    const removed = await fleet.run(remove, fleet.pushOptions());
    expect(removed.exitCode, removed.stderr).toBe(0);
    expect(stateOf('n1')).toBe(stateOf('n2'));
  });

  it('refuses a host that is not what it was made for, and says what to do', async () => {
    const script = await scriptFor('n1');
    const before = stateOf('n1');
    fleet
      .host('n1')
      .sh(
        'echo NETWORK_FILE=/run/systemd/network/10-netplan-eth1.network >/run/systemd/netif/links/$(cat /sys/class/net/eth1/ifindex)',
      );
    expect(runOn('n1', script)).toMatchObject({ status: 1, said: expect.stringContaining('networkd_parent_file') });
    expect(stateOf('n1')).toBe(before);
  });
});

describe('the scripts of hosts', () => {
  it('are equal in everything but what they bring', async () => {
    const [one, two] = [await scriptFor('n1'), await scriptFor('n2')];
    expect(readFileSync(one, 'utf8').replaceAll(' n1 ', ' n2 ')).toBe(readFileSync(two, 'utf8'));
    execFileSync('sh', ['-n', one]);
  });
});
