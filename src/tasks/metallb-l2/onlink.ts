import { cidrContains } from '../../domain/address.ts';
import { mainTable, type Route } from '../../domain/routing.ts';
import type { HostSubnet } from './host-subnets.ts';
import type { ResolvedNetwork } from './resolved-network.ts';

/** Link routes in main for the pools that the device's own subnets do not already cover. */
export function onlinkRoutes(
  { family, pools, device }: ResolvedNetwork,
  subnets: readonly HostSubnet[],
): readonly Route[] {
  const connected = subnets.filter((candidate) => candidate.device === device);
  return pools
    .filter((pool) => !connected.some(({ subnet }) => cidrContains(subnet, pool)))
    .map((destination) => ({ family, table: mainTable, destination, type: 'link', device }));
}
