import { cidrContains, type IpAddress } from '../../domain/address.ts';
import type { Route } from '../../domain/routing.ts';
import type { ResolvedNetwork } from './resolved-network.ts';

/** The table that brings replies out where the requests came in: the pools on the link, everything else by the gateway. */
export function returnTable(network: ResolvedNetwork, gateway: IpAddress): readonly Route[] {
  const { family, pools, device, numbers } = network;
  const links = pools.map(
    (destination): Route => ({ family, table: numbers.table, destination, type: 'link', device }),
  );
  // The kernel takes a gateway only if a route of the same table reaches it, or if it is told not to look. Of IPv4 it drops both without a
  // word when the link goes down; networkd then takes the link route for there, brings the gateway first, and gives the link up at the
  // refusal (lab: "Nexthop has invalid gateway", "Failed"). Of IPv6 the kernel tells it; and there it takes no gateway as on the link that a
  // route of main leads to by another (ip6_route_check_nh_onlink).
  const onlink = family === 'ipv4' || !pools.some((pool) => cidrContains(pool, gateway));
  return [...links, { family, table: numbers.table, destination: 'default', type: 'gateway', device, gateway, onlink }];
}
