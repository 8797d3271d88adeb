import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plan } from '../../src/commands/plan.ts';
import { push } from '../../src/commands/push.ts';
import { snapshotOf } from '../deploy/deploying.ts';
import { type Fleet, markNetwork, startFleet } from './fleet.ts';

let fleet: Fleet;
let file: string;
beforeEach(() => {
  fleet = startFleet(2);
  file = join(fleet.directory, 'a.plan');
});
afterEach(() => fleet.stop());

const save = (limit: string | null = null) => fleet.run(plan, fleet.planOptions({ out: file, limit }));
const apply = (wish: Parameters<Fleet['pushOptions']>[0] = {}) =>
  fleet.run(push, fleet.pushOptions({ planFile: file, ...wish }));

describe('a plan', () => {
  it('says what the next boot would not bring of it', async () => {
    const late = '/etc/sysctl.d/zz-local.conf';
    fleet.host('n1').sh(`mkdir -p /etc/sysctl.d && echo 'net.ipv4.conf.eth1.rp_filter = 1' >${late}`);
    const { exitCode, stdout } = await fleet.run(plan, fleet.planOptions());
    expect(exitCode).toBe(2);
    const [, ofN1 = ''] = stdout.split(/^n1$/m);
    const [warnings = '', ofN2 = ''] = ofN1.split(/^n2$/m);
    expect(warnings).toContain(
      `warning[not-boot-safe]: net/ipv4/conf/eth1/rp_filter: at the next boot ${late}:1 sets it to 1, not to 0\n`,
    );
    expect(ofN2).not.toContain('not-boot-safe');
  });
});

describe('a saved plan', () => {
  it('says where it is, and changes nothing', async () => {
    const before = snapshotOf(fleet.host('n1'));
    const { exitCode, stderr } = await save();
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`The plan for 2 hosts is in ${file}; mlbroute push --plan applies it.\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(snapshotOf(fleet.host('n1'))).toBe(before);
  });

  it('is applied as it is, though the inventory wants something else by now', async () => {
    await save();
    fleet.describe({ networks: [{ ...markNetwork, table: 777, pools: ['9.9.9.0/24'] }] });
    const { exitCode, stderr } = await apply();
    expect(stderr).toContain(
      `note: ${fleet.inventory} has changed since the plan was made; what is applied is the plan\n`,
    );
    expect(stderr).toMatch(/^changed {6}n\[1-2\]/m);
    expect(exitCode).toBe(0);
    const kernel = fleet.host('n1').sh('ip rule show; ip route show table all');
    expect(kernel).toContain('1.2.3.0/24');
    expect(kernel).not.toMatch(/9\.9\.9\.0|777/);
  });

  it('is applied to the hosts of a limit only', async () => {
    await save();
    const { stderr } = await apply({ limit: 'n2' });
    expect(stderr).toMatch(/^changed {6}n2: /m);
    expect(fleet.host('n1').sh('ip rule show')).not.toContain('2011');
  });

  it('passes through batches and their gates like any other', async () => {
    await save();
    const { exitCode, stderr } = await apply({ serial: [{ kind: 'count', hosts: 1 }] });
    expect(stderr).toContain('batch 1 was looked at again: all is well');
    expect(exitCode).toBe(0);
  });

  it('that finds its work done already is stale, and one that planned nothing is unchanged', async () => {
    await save();
    await apply();
    const again = await apply();
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toMatch(/^failed {7}n\[1-2\] \(2 hosts\): changed since the plan was made: /m);
    expect((await save()).exitCode).toBe(0);
    expect(await apply()).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^unchanged {4}n\[1-2\]/m) });
  });

  it.each<[string, string, RegExp]>([
    [
      'a file that appeared',
      'mkdir -p /etc/mlbroute; echo x >/etc/mlbroute/iptables.v4',
      /file \/etc\/mlbroute\/iptables\.v4 has appeared/,
    ],
    [
      'a rule in a place of ours',
      'ip rule add priority 2011 from 10.9.9.9 lookup 99',
      /rule priority 2011 from 10\.9\.9\.9\/32 lookup 99 has appeared/,
    ],
    [
      'a route in a table of ours',
      'ip route add 10.9.9.0/24 dev eth0 table 12001',
      /route 10\.9\.9\.0\/24 dev eth0 .*table 12001 has appeared/,
    ],
    [
      'a setting it rests on',
      'echo 1 >/proc/sys/net/ipv4/conf/eth1/rp_filter',
      /sysctl net\/ipv4\/conf\/eth1\/rp_filter was 0, is 1/,
    ],
    ['a link it rests on', 'ip address add 172.16.0.1/24 dev eth1', /link eth1 was .*, is .*172\.16\.0\.1\/24/],
    [
      'what a decision rests on',
      'ip link add kube-ipvs0 type dummy; iptables -t nat -N KUBE-SERVICES; iptables -t nat -A PREROUTING -j KUBE-SERVICES',
      /service proxy was none, is (ipvs|iptables)/,
    ],
    [
      'a .network file',
      'printf "[Match]\\nName=*\\n" >/etc/systemd/network/99-all.network',
      /network file \/etc\/systemd\/network\/99-all\.network has appeared/,
    ],
  ])('is refused as stale for %s, on that host alone', async (_, meddling, words) => {
    await save();
    fleet.host('n1').sh('sysctl -qw net.ipv4.conf.eth1.rp_filter=0');
    await save();
    fleet.host('n1').sh(meddling);
    const before = snapshotOf(fleet.host('n1'));
    const { exitCode, stderr } = await apply();
    const failed = /^failed {7}n1: changed since the plan was made: (.*)$/m.exec(stderr)?.[1] ?? stderr;
    expect(failed).toMatch(words);
    expect(stderr).toMatch(/^changed {6}n2: /m);
    expect(exitCode).toBe(1);
    expect(snapshotOf(fleet.host('n1'))).toBe(before);
  });

  it('does not mind what belongs to others: pods, rules and routes elsewhere, touched files', async () => {
    await fleet.run(push, fleet.pushOptions({ limit: 'n1' }));
    fleet.describe({ networks: [{ ...markNetwork, pools: ['1.2.3.0/24', '9.9.9.0/24'] }] });
    await save();
    fleet
      .host('n1')
      .sh(
        'ip link add veth7 type veth peer name veth8; ip rule add priority 500 lookup 99; ip route add 10.9.9.0/24 dev eth0; ip link add kube-dummy type dummy; touch /etc/mlbroute/iptables.v4',
      );
    const { exitCode, stderr } = await apply();
    expect(stderr).toMatch(/^changed {6}/m);
    expect(exitCode).toBe(0);
  });

  it('holds no password, and nothing of the connection', async () => {
    fleet.describe({ networks: [markNetwork], ansible_password: 'hunter2!', ansible_become_password: 's3same!' });
    await save();
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('1.2.3.0/24');
    for (const word of ['hunter2!', 's3same!', 'nsenter', 'known_hosts', join(fleet.directory, 'id')])
      expect(text).not.toContain(word);
  });

  it('names the hosts that could not be planned, then and when it is applied', async () => {
    fleet.host('n2').stop();
    const { exitCode, stderr } = await save();
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`The plan for 1 host, without n2, is in ${file}`);
    const applied = await apply();
    expect(applied.stderr).toContain('note: the plan has nothing for n2, which could not be planned\n');
    expect(applied.stderr).toMatch(/^1 host in .*: 1 changed$/m);
    expect((await apply({ limit: 'n2' })).stderr).toContain('error[plan-empty]');
  });

  it.each<[string, () => void, RegExp]>([
    [
      'damaged',
      () => writeFileSync(file, readFileSync(file, 'utf8').replace('1.2.3.1', '1.2.3.9')),
      /error\[plan-damaged\]/,
    ],
    ['no plan at all', () => writeFileSync(file, '{}'), /error\[plan-format\]: .* is not a saved plan\n.*hint: /],
    [
      'of a host that the inventory no longer has',
      () => writeFileSync(fleet.inventory, readFileSync(fleet.inventory, 'utf8').replace('"n2"', '"m2"')),
      /error\[plan-host\]: the inventory no longer has n2 of /,
    ],
  ])('that is %s ends with exit code 65, and nothing is touched', async (_, harm, words) => {
    await save();
    harm();
    const before = snapshotOf(fleet.host('n1'));
    const { exitCode, stderr } = await apply();
    expect(stderr).toMatch(words);
    expect(exitCode).toBe(65);
    expect(snapshotOf(fleet.host('n1'))).toBe(before);
  });

  it('that cannot be written is an error, and leaves nothing half', async () => {
    file = join(fleet.directory, 'no/such/folder/a.plan');
    const { exitCode, stderr } = await save();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: the plan was not saved: ENOENT/m);
    expect(existsSync(file)).toBe(false);
  });
});
