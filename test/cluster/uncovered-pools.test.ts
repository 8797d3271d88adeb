import { describe, expect, it } from 'vitest';
import { readCluster } from '../../src/cluster/cluster.ts';
import { readManifests } from '../../src/cluster/manifests.ts';
import { uncoveredPools } from '../../src/cluster/uncovered-pools.ts';
import type { Cidr } from '../../src/domain/address.ts';

const node = (name: string, address: string, labels: object = {}) => ({
  ...{ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } },
  status: { addresses: [{ type: 'InternalIP', address }] },
});
const pool = (name: string, addresses: readonly string[]) => ({
  apiVersion: 'metallb.io/v1beta1',
  kind: 'IPAddressPool',
  metadata: { name, namespace: 'metallb-system' },
  spec: { addresses },
});
const advertisement = (spec: object) => ({
  apiVersion: 'metallb.io/v1beta1',
  kind: 'L2Advertisement',
  metadata: { name: 'l2', namespace: 'metallb-system' },
  spec,
});

function clusterOf(objects: readonly object[]) {
  const read = readManifests(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }), 'cluster.json');
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return readCluster(read.value);
}
const host = (name: string, pools: readonly string[], address = name) => ({
  name,
  address,
  pools: pools as readonly Cidr[],
});

const nodes = [node('n1', '10.0.0.1', { rack: 'a' }), node('n2', '10.0.0.2')];
const cluster = clusterOf([
  ...nodes,
  pool('web', ['1.2.3.0/24']),
  pool('mail', ['5.6.7.10-5.6.7.13']),
  pool('bgp', ['9.9.9.0/24']),
  advertisement({ ipAddressPools: ['web', 'mail'] }),
]);
const all = { areAll: true };

describe('what no network covers', () => {
  it('is nothing where every announcer has it all, in pieces or at large', () => {
    const hosts = [
      host('n1', ['1.2.3.0/25', '1.2.3.128/25', '5.6.7.0/24']),
      host('worker-2', ['1.2.0.0/16', '5.6.7.8/29'], '10.0.0.2'),
    ];
    expect(uncoveredPools(cluster, hosts, all)).toEqual([]);
  });

  it('is told by the very addresses, of no host or of those that announce them', () => {
    const hosts = [
      host('n1', ['1.2.3.0/25']),
      host('worker-2', ['1.2.3.0/26', '5.6.7.12/31'], '10.0.0.2'),
      host('other', []),
    ];
    expect(uncoveredPools(cluster, hosts, all)).toEqual([
      { pool: 'mail', cidrs: ['5.6.7.10/31'], hosts: null },
      { pool: 'mail', cidrs: ['5.6.7.12/31'], hosts: ['n1'] },
      { pool: 'web', cidrs: ['1.2.3.128/25'], hosts: null },
      { pool: 'web', cidrs: ['1.2.3.64/26'], hosts: ['worker-2'] },
    ]);
  });

  it('is not told of no host where only some are there', () => {
    expect(uncoveredPools(cluster, [host('n2', ['1.2.3.0/24'])], { areAll: false })).toEqual([
      { pool: 'mail', cidrs: ['5.6.7.10/31', '5.6.7.12/31'], hosts: ['n2'] },
    ]);
  });

  it('asks only the nodes that may announce', () => {
    const chosen = clusterOf([
      ...nodes,
      pool('web', ['1.2.3.0/24']),
      advertisement({ nodeSelectors: [{ matchLabels: { rack: 'a' } }] }),
    ]);
    expect(uncoveredPools(chosen, [host('n1', ['1.2.3.0/24']), host('n2', [])], all)).toEqual([]);
  });

  it('is told without nodes, too', () => {
    const bare = clusterOf([pool('web', ['1.2.3.0/24'])]);
    expect(uncoveredPools(bare, [host('n1', [])], all)).toEqual([{ pool: 'web', cidrs: ['1.2.3.0/24'], hosts: null }]);
  });
});
