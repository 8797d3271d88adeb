import { describe, expect, it } from 'vitest';
import type { Backend, ServiceWay } from '../../src/domain/explanation.ts';
import { serviceWay } from '../../src/kernel/service-way.ts';
import { device, ip, labNode } from './lab-node.ts';
import { methods } from './methods.ts';

/**
 * What was seen with real packets in the lab: T the reply left tagged, by the VLAN; U untagged, by the default gateway; L the request itself
 * went out by the VLAN again. First for a client behind the gateway, then for one in the pool's own subnet. A pair for each of: a local pod; a
 * pod of this node and one of another under externalTrafficPolicy Cluster, which did not differ; a pod in the host's network.
 */
const seen: readonly (readonly [method: string, iptables: string, ipvs: string])[] = [
  ['M0, nothing', 'UU UU UU', 'UU UU'],
  ['M1, by source', 'UL UL UU', 'TL TL TT'],
  ['M2, by source, but pods by main', 'UU UU UU', 'TT TT TT'],
  ['M5, by mark', 'TT TT TT', 'TT TT TT'],
  ['M6, by mark, but not in OUTPUT', 'TT TT UU', 'TT TT UU'],
  ['M8, by mark, in OUTPUT requests too', 'TT TT TT', 'LL LL'],
  ['M9, by mark, but pods by main', 'TT TT TT', 'TT TT TT'],
];

const columns: readonly (readonly Backend[])[] = [
  ['local-pod'],
  ['cluster-own-pod', 'cluster-remote-pod'],
  ['host-network'],
];

const letters: { readonly [verdict in ServiceWay['verdict']]: string } = {
  'same-way': 'T',
  'other-way': 'U',
  'request-lost': 'L',
  'reply-dropped': 'D',
};

describe('the way of a service and its reply', () => {
  const cases = seen.flatMap(([method, iptables, ipvs]) =>
    (
      [
        ['iptables', iptables],
        ['nftables', iptables],
        ['ipvs', ipvs],
      ] as const
    ).flatMap(([serviceProxy, row]) =>
      row.split(' ').flatMap((pair, column) =>
        (columns[column] ?? []).flatMap((backend) =>
          ['8.8.8.8', '1.2.3.1'].map((client, at) => ({
            method,
            serviceProxy,
            backend,
            client,
            expected: pair[at],
          })),
        ),
      ),
    ),
  );

  it.each(cases)(
    'is as in the lab: $method, $serviceProxy, $backend, client $client: $expected',
    ({ method, serviceProxy, backend, client, expected }) => {
      const node = labNode({ serviceProxy, ...methods[method] });
      const service = { vip: ip('1.2.3.4'), client: ip(client), device: device('eth0.100'), gateway: ip('1.2.3.1') };
      const { verdict, request, reply } = serviceWay(node, service, backend);
      expect(letters[verdict], JSON.stringify({ request, reply }, null, 1)).toBe(expected);
    },
  );
});

/** What was measured of rp_filter in the lab, for a local pod and a client behind the gateway. */
describe('rp_filter on the way of a service', () => {
  const [byMark, byMarkButPods] = ['M5, by mark', 'M9, by mark, but pods by main'];
  const bySource = 'M2, by source, but pods by main';
  it.each([
    ['drops in strict mode on a VLAN without an address', byMark, 'iptables', { 'eth0.100': 1 }, false, 'L'],
    ['drops in loose mode on a VLAN without an address', byMark, 'iptables', { 'eth0.100': 2 }, false, 'L'],
    ['drops by all, though the VLAN says 0', byMark, 'iptables', { all: 2 }, false, 'L'],
    ['passes in loose mode on a VLAN with an address', byMark, 'iptables', { 'eth0.100': 2 }, true, 'T'],
    ['drops in strict mode even with an address', byMark, 'iptables', { 'eth0.100': 1 }, true, 'L'],
    ['passes where it is off', byMark, 'iptables', {}, false, 'T'],
    ['drops by mark in IPVS mode, the way back being by main', byMark, 'ipvs', { 'eth0.100': 1 }, false, 'L'],
    ['passes by source in IPVS mode, the way back being by the VLAN', bySource, 'ipvs', { 'eth0.100': 1 }, false, 'T'],
    ['leaves pods alone', byMark, 'iptables', { cali1: 1, eth0: 1 }, false, 'T'],
  ] as const)('%s', (_, method, serviceProxy, rpFilters, vlanHasAddress, expected) => {
    const settings = Object.fromEntries(Object.entries(rpFilters).map(([name, rpFilter]) => [name, { rpFilter }]));
    const node = labNode({ serviceProxy, ...methods[method], settings, vlanHasAddress });
    expect(verdictOf(node)).toBe(expected);
  });

  it('a VLAN that does not forward drops requests to pods, but not to the node itself', () => {
    const node = labNode({ ...methods[byMark], stopped: 'eth0.100' });
    const service = { vip: ip('1.2.3.4'), client: ip('8.8.8.8'), device: device('eth0.100'), gateway: ip('1.2.3.1') };
    expect(serviceWay(node, service, 'local-pod').request.end).toEqual({ kind: 'dropped', by: 'no-forwarding' });
    expect(serviceWay(node, service, 'host-network').verdict).toBe('same-way');
  });

  it.each([
    ['drops a pod’s reply that is looked up by its mark', byMark, 'D'],
    ['passes it where marked packets to pods stay on main', byMarkButPods, 'T'],
  ])('with src_valid_mark and strict mode on pods: %s', (_, method, expected) => {
    const settings = { all: { usesMark: true }, cali1: { rpFilter: 1 } };
    expect(verdictOf(labNode({ ...methods[method], settings }))).toBe(expected);
  });

  function verdictOf(node: ReturnType<typeof labNode>): string {
    const service = { vip: ip('1.2.3.4'), client: ip('8.8.8.8'), device: device('eth0.100'), gateway: ip('1.2.3.1') };
    return letters[serviceWay(node, service, 'local-pod').verdict];
  }
});
