import { describe, expect, it } from 'vitest';
import { labServices } from '../../src/lab/services.ts';
import { labNodes, maxNodes } from '../../src/lab/topology.ts';

describe('labServices', () => {
  it.each([
    ['1.2.3.21', { policy: 'Local', endpoint: { node: 'n2', address: '10.112.2.2', port: 8080 }, answers: 'pod n2' }],
    ['1.2.3.22', { policy: 'Cluster', endpoint: { node: 'n2', address: '10.112.2.2', port: 8080 }, answers: 'pod n2' }],
    ['1.2.3.23', { policy: 'Cluster', endpoint: { node: 'n3', address: '10.112.3.2', port: 8080 }, answers: 'pod n3' }],
    [
      '1.2.3.24',
      { policy: 'Local', endpoint: { node: 'n2', address: '192.168.1.12', port: 8081 }, answers: 'host n2' },
    ],
    ['5.6.7.21', { policy: 'Local', endpoint: { node: 'n2', address: '10.112.2.2', port: 8080 }, answers: 'pod n2' }],
    ['192.168.1.202', { policy: 'Local', answers: 'pod n2' }],
    ['10.9.8.21', { policy: 'Local', answers: 'pod n2' }],
  ])('gives the second of three nodes the service %s', (vip, expected) => {
    expect(labServices(labNodes(3)).find((service) => service.vip === vip)).toMatchObject({
      ...expected,
      announcedBy: 'n2',
    });
  });

  it('sends the last node to the first for its remote pod', () => {
    expect(labServices(labNodes(3)).find((service) => service.name === 'n3-cluster-remote')?.endpoint.node).toBe('n1');
  });

  it('has no remote pod in a lab of one node', () => {
    expect(labServices(labNodes(1)).map((service) => service.kind)).toEqual([
      'local',
      'cluster-local',
      'host-network',
      'second-network',
      'same-subnet',
      'on-link',
    ]);
  });

  it('gives no address twice, up to the most nodes there may be', () => {
    const nodes = labNodes(maxNodes);
    const services = labServices(nodes);
    const addresses = [...services.flatMap((s) => [s.vip, s.clusterIp]), ...nodes.map((n) => n.address)];
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(addresses.filter((address) => address.split('.').some((part) => Number(part) > 254))).toEqual([]);
  });
});
