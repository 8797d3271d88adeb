import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { push } from '../../../src/commands/push.ts';
import { remove } from '../../../src/commands/remove.ts';
import { markNetwork } from '../../commands/fleet.ts';
import { client, falsePod, type ServiceNode, startServiceNode } from './service-node.ts';

let service: ServiceNode;
beforeAll(() => {
  service = startServiceNode();
});
afterAll(() => service.stop());

const node = (script: string) => service.node(script);
const gateway = (script: string) => service.gateway(script);
const ask = (patience: number) => service.ask(patience);

/** rp_filter and src_valid_mark as the kernel has them. */
const settings = () =>
  node(`cd /proc/sys/net/ipv4/conf
    for name in all default eth0 eth1 cali1; do printf '%s=%s ' $name "$(cat $name/rp_filter)"; done
    printf 'valid=%s' "$(cat eth1/src_valid_mark)"`);

type Before = { readonly filter: 0 | 1 | 2; readonly hasAddress: boolean };

function setUp({ filter, hasAddress }: Before): string {
  node(`cd /proc/sys/net/ipv4/conf; for name in default eth0 eth1 cali1 all; do echo ${filter} >$name/rp_filter; done
    ip address flush dev eth1
    ${hasAddress ? 'ip address add 1.2.3.77/24 dev eth1 noprefixroute' : ''}`);
  return settings();
}

const pushWith = (rpFilter: string) => {
  service.fleet.describe({ networks: [{ ...markNetwork, rp_filter: rpFilter }] });
  return service.fleet.run(push, service.fleet.pushOptions());
};
const removeAll = () => service.fleet.run(remove, { ...service.fleet.pushOptions(), check: false });

describe('a request to a service, and its reply,', () => {
  it('are lost where nothing was pushed, whatever rp_filter is', () => {
    for (const filter of [0, 1] as const) {
      setUp({ filter, hasAddress: false });
      expect(ask(1)).toBe('nobody');
    }
  });

  const others = (value: number) => `default=${value} eth0=${value}`;
  it.each<[string, Before, string]>([
    ['auto', { filter: 0, hasAddress: false }, `all=0 ${others(0)} eth1=0 cali1=0 valid=0`],
    ['auto', { filter: 1, hasAddress: false }, `all=0 ${others(1)} eth1=0 cali1=1 valid=0`],
    ['auto', { filter: 2, hasAddress: false }, `all=0 ${others(2)} eth1=0 cali1=2 valid=0`],
    ['auto', { filter: 1, hasAddress: true }, `all=1 ${others(1)} eth1=2 cali1=1 valid=0`],
    ['auto', { filter: 2, hasAddress: true }, `all=2 ${others(2)} eth1=2 cali1=2 valid=0`],
    ['off', { filter: 2, hasAddress: true }, `all=0 ${others(2)} eth1=0 cali1=2 valid=0`],
    ['loose', { filter: 1, hasAddress: true }, `all=1 ${others(1)} eth1=2 cali1=1 valid=0`],
    ['rpfilter', { filter: 1, hasAddress: false }, `all=0 ${others(1)} eth1=0 cali1=1 valid=0`],
    ['rpfilter', { filter: 2, hasAddress: true }, `all=0 ${others(2)} eth1=0 cali1=2 valid=0`],
    ['strict-mark', { filter: 0, hasAddress: false }, `all=0 ${others(0)} eth1=1 cali1=0 valid=1`],
    ['strict-mark', { filter: 1, hasAddress: false }, `all=1 ${others(1)} eth1=1 cali1=1 valid=1`],
    ['strict-mark', { filter: 2, hasAddress: true }, `all=0 ${others(2)} eth1=1 cali1=2 valid=1`],
  ])(
    'find their way with %s where it was %j; everything is as before once mlbroute has gone',
    async (mode, before, expected) => {
      const old = setUp(before);
      const { exitCode, stderr } = await pushWith(mode);
      expect(exitCode, stderr).toBe(0);
      expect(settings()).toBe(expected);
      expect(ask(10)).toBe('here');
      // An interface that comes later is as strict as it would have been.
      const late = node(
        'ip link add late type veth peer name late-peer; cat /proc/sys/net/ipv4/conf/late/rp_filter; ip link del late',
      );
      expect(Math.max(Number(late), Number(/all=(\d)/.exec(settings())?.[1]))).toBe(before.filter);
      expect((await removeAll()).exitCode).toBe(0);
      expect(settings()).toBe(old);
    },
  );

  it('are refused beforehand with loose where the interface has no address', async () => {
    const old = setUp({ filter: 2, hasAddress: false });
    const { exitCode, stderr } = await pushWith('loose');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('rp_filter: loose drops all requests on eth1, which has no IPv4 address');
    expect(settings()).toBe(old);
  });
});

/** So many packets rp_filter dropped on the node so far. */
const filtered = () =>
  Number(
    node(
      `awk '$1 == "TcpExt:" { if (!n) { n = NF; for (i = 1; i <= NF; i++) name[i] = $i } else for (i = 1; i <= NF; i++) if (name[i] == "IPReversePathFilter") print $i }' /proc/net/netstat`,
    ),
  );
const sendFrom = (from: string, to: string) => gateway(`echo x | socat -u - UDP4-SENDTO:${to}:80,bind=${from}`);

describe('what comes in by the interface with the source of a pod', () => {
  it('is dropped by strict-mark', async () => {
    setUp({ filter: 1, hasAddress: false });
    await pushWith('strict-mark');
    const before = filtered();
    sendFrom(falsePod, '1.2.3.5');
    await expect.poll(filtered).toBe(before + 1);
    await removeAll();
  });

  it('is let in by auto, as the article has it', async () => {
    setUp({ filter: 1, hasAddress: false });
    await pushWith('auto');
    const before = filtered();
    sendFrom(falsePod, '1.2.3.5');
    expect(ask(10)).toBe('here');
    expect(filtered()).toBe(before);
    await removeAll();
  });
});

it('rpfilter drops what is for the node itself and has no way back by the interface', async () => {
  setUp({ filter: 0, hasAddress: true });
  await pushWith('rpfilter');
  sendFrom(client, '1.2.3.77');
  const dropped = () => node("iptables -w 5 -t raw -nvxL MLBROUTE-RPFILTER | awk '/DROP/ { print $1 }'").trim();
  // The pool itself has all of 1.2.3.0/24, so the node's own address passes as a request would.
  expect(dropped()).toBe('0');
  gateway(
    `ip route replace 192.168.1.11/32 dev peer1; ip neigh replace 192.168.1.11 lladdr ${service.macOf('eth1')} dev peer1 nud permanent`,
  );
  sendFrom(client, '192.168.1.11');
  await expect.poll(dropped).toBe('1');
  await removeAll();
});

it('a setting that somebody sets back at once is seen by the read-back, and the push is undone', async () => {
  setUp({ filter: 1, hasAddress: false });
  const meddler = spawn(
    'nsenter',
    [
      '-t',
      String(service.fleet.host('n1').pid),
      '-n',
      '-m',
      'sh',
      '-c',
      'while :; do echo 1 >/proc/sys/net/ipv4/conf/eth1/rp_filter; sleep 0.05; done',
    ],
    { stdio: 'ignore' },
  );
  try {
    const { exitCode, stderr } = await pushWith('auto');
    expect(stderr).toMatch(/^reverted +n1: not as planned after apply: sysctl net\/ipv4\/conf\/eth1\/rp_filter 1 → 0/m);
    expect(exitCode).toBe(1);
  } finally {
    meddler.kill('SIGKILL');
  }
  expect(settings()).toBe('all=1 default=1 eth0=1 eth1=1 cali1=1 valid=0');
});
