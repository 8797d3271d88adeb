import { type Cidr, cidrsOutside } from '../domain/address.ts';
import type { Cluster } from './cluster.ts';

/** A host of the inventory with the pools of its networks. */
type Host = { readonly name: string; readonly address: string; readonly pools: readonly Cidr[] };

/** Addresses of a pool that MetalLB may announce, and whose replies would not find their way. */
export type UncoveredPool = {
  readonly pool: string;
  /** Those addresses. */
  readonly cidrs: readonly Cidr[];
  /** The hosts that may announce them and have no network for them; null: no host has one. */
  readonly hosts: readonly string[] | null;
};

/**
 * What of the pools of a cluster no network covers: none of any host, which can be said where `areAll` the hosts are there; and none of a host that
 * may announce the pool. Hosts are nodes by their name or their address, as for an import.
 */
export function uncoveredPools(
  { pools, nodes }: Pick<Cluster, 'pools' | 'nodes'>,
  hosts: readonly Host[],
  { areAll }: { readonly areAll: boolean },
): readonly UncoveredPool[] {
  const everywhere = hosts.flatMap((host) => host.pools);
  const addressesOf = new Map(nodes.map(({ name, internalIps }) => [name, internalIps]));
  return pools.flatMap(({ name: pool, cidrs, nodes: announcers }): readonly UncoveredPool[] => {
    const nowhere = areAll ? outsideOf(cidrs, everywhere) : [];
    const known = outsideOf(cidrs, nowhere);
    const names = new Set(announcers.flatMap((node) => [node, ...(addressesOf.get(node) ?? [])]));
    const isAnnouncer = ({ name, address }: Host) => names.has(name) || names.has(address);
    const hostsOf = new Map<string, { readonly cidrs: readonly Cidr[]; readonly hosts: string[] }>();
    for (const host of hosts.filter(isAnnouncer)) {
      const missing = outsideOf(known, host.pools);
      if (missing.length === 0) continue;
      const same = hostsOf.get(missing.join(' ')) ?? { cidrs: missing, hosts: [] };
      same.hosts.push(host.name);
      hostsOf.set(missing.join(' '), same);
    }
    const somewhere = [...hostsOf.values()].map((each) => ({ pool, ...each }));
    return [...(nowhere.length === 0 ? [] : [{ pool, cidrs: nowhere, hosts: null }]), ...somewhere];
  });
}

function outsideOf(cidrs: readonly Cidr[], others: readonly Cidr[]): readonly Cidr[] {
  return cidrs.flatMap((cidr) => cidrsOutside(cidr, others));
}
