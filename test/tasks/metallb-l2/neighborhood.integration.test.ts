import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../../src/commands/audit.ts';
import { push } from '../../../src/commands/push.ts';
import { remove } from '../../../src/commands/remove.ts';
import { verify } from '../../../src/commands/verify.ts';
import { markNetwork } from '../../commands/fleet.ts';
import { snapshotOf } from '../../deploy/deploying.ts';
import { type ServiceNode, startServiceNode } from './service-node.ts';

let service: ServiceNode;
let before: string;
beforeAll(() => {
  service = startServiceNode();
  before = stateOf();
});
afterAll(() => service.stop());

/** All that a push may touch, with addresses and neighbours. */
const stateOf = () =>
  snapshotOf(service.fleet.host('n1')) +
  service.node('ip -4 -o address show | sed "s/ *valid_lft.*//"; ip neigh show nud permanent');
const { options, pushWith, removeAll } = {
  options: () => service.fleet.planOptions(),
  pushWith: (wish: object) => {
    service.fleet.describe({ networks: [{ ...markNetwork, ...wish }] });
    return service.fleet.run(push, service.fleet.pushOptions());
  },
  removeAll: () => service.fleet.run(remove, { ...service.fleet.pushOptions(), check: false }),
};

/** Routers that answer ARP for an address only to whom they would send to there. */
const strict = {
  'rp_filter=1': 'echo 1 >/proc/sys/net/ipv4/conf/peer1/rp_filter',
  'arp_ignore=2': 'echo 2 >/proc/sys/net/ipv4/conf/peer1/arp_ignore',
} as const;
const lenient = 'cd /proc/sys/net/ipv4/conf/peer1; echo 0 >rp_filter; echo 0 >arp_ignore';
const forgetGateway = 'ip neigh flush dev eth1 nud all 2>/dev/null || true';

describe.each(Object.entries(strict))('a gateway with %s', (_, makeStrict) => {
  beforeAll(() => service.gateway(makeStrict));
  afterAll(async () => {
    await removeAll();
    service.gateway(lenient);
  });

  it('does not answer an interface without an address, and verify says so with the cures', async () => {
    expect((await pushWith({})).exitCode).toBe(0);
    service.node(forgetGateway);
    expect(service.ask(1)).toBe('nobody');
    const { exitCode, stdout } = await service.fleet.run(verify, { ...options(), fromHere: [] });
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/the gateway 1\.2\.3\.1 does not answer ARP on eth1/);
    expect(stdout).toMatch(/with address:, or write the gateway’s Ethernet address down with neighbor:/);
  });

  it.each(['auto', 'loose', 'rpfilter', 'strict-mark'])(
    'answers where the interface has an address of its own, rp_filter %s',
    async (rp_filter) => {
      const { exitCode, stderr } = await pushWith({ address: '1.2.3.77/24', rp_filter });
      expect(exitCode, stderr).toBe(0);
      service.node(forgetGateway);
      expect(service.ask(10)).toBe('here');
      // No route came with it: the way to others in that network is as before.
      expect(service.node('ip route show table main')).not.toContain('1.2.3.0/24');
    },
  );

  it.each(['auto', 'rpfilter', 'strict-mark'])(
    'need not answer where its Ethernet address is written down, rp_filter %s',
    async (rp_filter) => {
      const neighbor = service.gateway('ip -o link show peer1 | sed "s/.*ether //; s/ .*//"').trim();
      const { exitCode, stderr } = await pushWith({ neighbor, rp_filter });
      expect(exitCode, stderr).toBe(0);
      expect(service.node('ip -4 -o address show dev eth1')).toBe('');
      expect(service.ask(10)).toBe('here');
      expect((await service.fleet.run(verify, { ...options(), fromHere: [] })).exitCode).toBe(0);
    },
  );
});

describe('an address and a neighbour', () => {
  const network = { address: '1.2.3.77/24', neighbor: '52:54:00:12:34:56' };

  it('are there once, found by the audit when they go, and leave with mlbroute', async () => {
    await pushWith(network);
    expect((await pushWith(network)).stderr).toMatch(/^unchanged/m);
    service.node('ip address flush dev eth1');
    const { exitCode, stdout } = await service.fleet.run(audit, options());
    expect(exitCode).toBe(2);
    for (const subject of [
      'address 1.2.3.77/24 on eth1',
      'neighbor 1.2.3.1 on eth1 is 52:54:00:12:34:56',
      'route default via 1.2.3.1',
    ])
      expect(stdout).toContain(subject);
    expect((await pushWith(network)).exitCode).toBe(0);
    expect((await removeAll()).exitCode).toBe(0);
    expect(stateOf()).toBe(before);
  });

  it('can change and go, though the kernel drops all routes with the last address', async () => {
    await pushWith({ address: '1.2.3.77/24' });
    const routes = () => service.node('ip -N route show table 12001');
    const were = routes();
    for (const address of ['1.2.3.78/24', '1.2.3.79/32', null]) {
      const { exitCode, stderr } = await pushWith({ address });
      expect(exitCode, stderr).toBe(0);
      expect(service.node('ip -4 -o address show dev eth1')).toContain(address ?? '');
      expect(routes()).toBe(were);
    }
    expect(service.ask(10)).toBe('here');
    await removeAll();
    expect(stateOf()).toBe(before);
  });
});
