import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExplainOptions, explain } from '../../src/commands/explain.ts';
import { push } from '../../src/commands/push.ts';
import type { Explained, Explanation } from '../../src/domain/explanation.ts';
import { device, ip } from '../kernel/lab-node.ts';
import { type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
beforeAll(() => {
  fleet = startFleet(1);
  // A pod behind a veth, and those of another node, as a CNI would have them.
  fleet.host('n1').sh(`
    ip link add cali1 type veth peer name cali1-pod; ip link set cali1 up; ip link set cali1-pod up
    ip route add 10.112.1.7/32 dev cali1
    ip route add 10.112.2.0/24 via 192.168.1.12
    echo 1 >/proc/sys/net/ipv4/ip_forward`);
});
afterAll(() => fleet.stop());

const ask = (changes: Partial<ExplainOptions> = {}) =>
  fleet.run(explain, {
    ...{ inventory: [fleet.inventory], host: 'n1', from: ip('1.2.3.4'), to: ip('8.8.8.8'), iif: null, mark: null },
    ...{ replyOfService: null, kubeProxy: 'iptables', live: true, acceptNew: false, askBecomePass: false },
    output: 'text',
    ...changes,
  });

async function explained(changes: Partial<ExplainOptions> = {}): Promise<Explanation> {
  const { exitCode, stdout, stderr } = await ask({ ...changes, output: 'json' });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout) as Explanation;
}

const verdictsOf = (of: Explained | null) => (of?.kind === 'service' ? of.backends.map(({ verdict }) => verdict) : []);

/** The route that the running kernel would give this packet. */
function kernelSays(question: string): string {
  return fleet.host('n1').sh(`ip route get ${question}`).split('\n')[0]?.trim() ?? '';
}

describe('mlbroute explain --live', () => {
  it('tells a node before its first push from what a push would make of it', async () => {
    const { basis, explained: now, desired, refusals, assumptions } = await explained();
    expect({ basis, refusals }).toEqual({ basis: 'observed', refusals: [] });
    expect(verdictsOf(now)).toEqual(['other-way', 'other-way', 'other-way', 'other-way']);
    expect(verdictsOf(desired)).toEqual(['same-way', 'same-way', 'same-way', 'same-way']);
    expect(assumptions).toEqual(['chains of others leave the marks alone']);
    expect((await ask()).stdout).toContain(
      'After a push it would be different:\n  ok    pod on this node, policy Local',
    );
  });

  it('finds the pods by the routes to them', async () => {
    const { explained: now } = await explained();
    if (now.kind !== 'service') throw new Error('a service was asked about');
    expect(now.backends.map(({ reply }) => [reply?.from, reply?.iif])).toEqual([
      ['10.112.1.7', 'cali1'],
      ['10.112.1.7', 'cali1'],
      ['10.112.2.2', 'eth0'],
      ['192.168.1.11', null],
    ]);
  });

  it('sees what was pushed, as the kernel does, and nothing left to push', async () => {
    expect((await fleet.run(push, fleet.pushOptions())).exitCode).toBe(0);
    const { explained: now, desired } = await explained();
    expect(verdictsOf(now)).toEqual(['same-way', 'same-way', 'same-way', 'same-way']);
    expect(desired).toEqual(now);
    expect((await ask()).stdout).toContain('\nAfter a push: the same for every backend.\n');
    // The reply of the pod on this node, once its mark is restored.
    expect(kernelSays('8.8.8.8 from 10.112.1.7 iif cali1 mark 0x100')).toContain('via 1.2.3.1 dev eth1');
    expect(kernelSays('8.8.8.8 from 10.112.1.7 iif cali1')).toContain('via 192.168.1.1 dev eth0');
  });

  it('sees what somebody took away since', async () => {
    fleet.host('n1').sh('ip rule del priority 2011');
    const { explained: now, desired } = await explained();
    expect(verdictsOf(now)).toEqual(['other-way', 'other-way', 'other-way', 'other-way']);
    expect(verdictsOf(desired)).toEqual(['same-way', 'same-way', 'same-way', 'same-way']);
    expect((await fleet.run(push, fleet.pushOptions())).exitCode).toBe(0);
  });

  it('sees rp_filter drop requests, and that a push would stop it', async () => {
    fleet.host('n1').sh('echo 1 >/proc/sys/net/ipv4/conf/all/rp_filter');
    const { explained: now, desired } = await explained();
    expect(verdictsOf(now)).toEqual(['request-lost', 'request-lost', 'request-lost', 'request-lost']);
    expect(verdictsOf(desired)).toEqual(['same-way', 'same-way', 'same-way', 'same-way']);
    const question = '10.112.1.7 from 8.8.8.8 iif eth1';
    expect(() => kernelSays(question)).toThrow(/Invalid/);
    fleet.host('n1').sh('echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter');
    expect(kernelSays(question)).toContain('dev cali1');
  });

  it('sees a device that does not forward', async () => {
    fleet.host('n1').sh('echo 0 >/proc/sys/net/ipv4/conf/eth1/forwarding');
    const { stdout } = await ask();
    expect(stdout).toContain(
      '  wrong pod on this node, policy Local       the request does not arrive: it is dropped: the device it came in by does not forward\n',
    );
    expect(() => kernelSays('10.112.1.7 from 8.8.8.8 iif eth1')).toThrow(/No route to host/);
    fleet.host('n1').sh('echo 1 >/proc/sys/net/ipv4/conf/eth1/forwarding');
  });

  it('takes a rule of somebody else into account, whatever its kind', async () => {
    fleet.host('n1').sh('ip rule add priority 1500 from 10.112.0.0/12 lookup main suppress_prefixlength 0');
    fleet.host('n1').sh('ip rule add priority 1501 iif cali1 prohibit');
    const { explained: now } = await explained();
    expect(verdictsOf(now)).toEqual(['reply-dropped', 'reply-dropped', 'same-way', 'same-way']);
    expect(() => kernelSays('8.8.8.8 from 10.112.1.7 iif cali1 mark 0x100')).toThrow(/Permission denied/);
    expect((await ask()).stdout).toContain(
      'no    1500  from 10.112.0.0/12 lookup main suppress_prefixlength 0: default via 192.168.1.1 dev eth0: too short a prefix for this rule',
    );
    fleet.host('n1').sh('ip rule del priority 1500; ip rule del priority 1501');
  });

  it('tells the way of a single packet, now and after a push', async () => {
    const packet = { from: ip('10.112.1.7'), to: ip('8.8.8.8'), iif: device('cali1'), mark: 0x100 };
    const { explained: now } = await explained(packet);
    expect(now.kind === 'packet' && now.way.end).toEqual({ kind: 'leaves', device: 'eth1', gateway: '1.2.3.1' });
    expect((await ask(packet)).stdout).toContain('\nAfter a push: the same.\n');
  });

  it('explains a node that a push would refuse, and says why it would', async () => {
    const network = { name: 'public', pools: ['1.2.3.0/24'], link: { device: 'eth9' }, gateway: '1.2.3.1' };
    fleet.describe({ networks: [{ ...network, return_path: 'mark' }] });
    const { exitCode, stdout } = await ask();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('    - requests come in on eth9, which the node does not have now\n');
    expect(stdout).toContain('A push would be refused here:\n  network public: the host has no interface eth9');
  });

  it('says that a node cannot be asked', async () => {
    fleet.describe({ ansible_ssh_private_key_file: '/nonexistent', networks: [] });
    const { exitCode, stdout, stderr } = await ask();
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^n1: .*\/nonexistent/);
  });
});
