import { cidrContains } from '../../domain/address.ts';
import type { PlanWarning } from '../../domain/change.ts';
import type { InterfaceAddress, Neighbor } from '../../domain/neighborhood.ts';
import type { ResolvedNetwork } from './resolved-network.ts';

/**
 * What a host asks for its gateway with, and what it need not ask for. Without an address of its own a VLAN asks with that of another
 * interface, and routers with rp_filter=1 or arp_ignore=2 do not answer.
 */
export function neighborhoodOf(networks: readonly ResolvedNetwork[]): {
  readonly addresses: readonly InterfaceAddress[];
  readonly neighbors: readonly Neighbor[];
  readonly warnings: readonly PlanWarning[];
} {
  const served = networks.filter(({ returnPath }) => returnPath !== 'none');
  const addresses = served.flatMap(({ device, address }) => (address === null ? [] : [{ device, ...address }]));
  const neighbors = served.flatMap(({ device, gateway, neighbor }) =>
    gateway === null || neighbor === null ? [] : [{ device, address: gateway, mac: neighbor }],
  );
  return { addresses: sortedOnce(addresses), neighbors: sortedOnce(neighbors), warnings: served.flatMap(inPool) };
}

function inPool({ name, address, pools }: ResolvedNetwork): readonly PlanWarning[] {
  const pool = address === null ? undefined : pools.find((each) => cidrContains(each, address.address));
  if (address === null || pool === undefined) return [];
  return [
    {
      code: 'address-in-pool',
      message: `network ${name}: the host's address ${address.address} lies in pool ${pool}`,
      hint: 'see that MetalLB never gives it to a service: leave it out of the IPAddressPool and of pools',
    },
  ];
}

function sortedOnce<T extends object>(entries: readonly T[]): readonly T[] {
  const byText = new Map(entries.map((entry) => [JSON.stringify(entry), entry]));
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}
