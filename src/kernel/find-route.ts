import { cidrContains, familyOf } from '../domain/address.ts';
import type { KernelRoute, RouteQuery } from './kernel-state.ts';

/**
 * The route of one table that the kernel takes for a packet, or null: the longest prefix, then the lowest metric, then the oldest.
 * A packet bound to a device skips routes by others (fib_table_lookup in net/ipv4/fib_trie.c, fib6_table_lookup in net/ipv6/route.c).
 */
export function findRoute(routes: readonly KernelRoute[], table: number, query: RouteQuery): KernelRoute | null {
  const candidates = routes
    .filter(
      (route) =>
        route.table === table &&
        route.family === familyOf(query.to) &&
        covers(route.destination, query) &&
        !isSkipped(route, query),
    )
    .sort(
      (a, b) =>
        prefixLengthOf(b) - prefixLengthOf(a) || a.metric - b.metric || preference(a, query) - preference(b, query),
    );
  return candidates[0] ?? null;
}

/** The prefix length of a route's destination; 0 for `default`. */
export function prefixLengthOf({ destination }: KernelRoute): number {
  return destination === 'default' ? 0 : Number(destination.slice(destination.indexOf('/') + 1));
}

function covers(destination: KernelRoute['destination'], { to }: RouteQuery): boolean {
  return destination === 'default' || cidrContains(destination, to);
}

function isSkipped(route: KernelRoute, query: RouteQuery): boolean {
  const { family, nextHops } = route;
  const device = family === 'ipv4' ? outputDeviceOf(query) : strictDeviceOf(query);
  if (device === null || nextHops.some((hop) => hop.device === device)) return false;
  // IPv4 obeys a refusing route before it looks at devices; in IPv6 such a route is by `lo` and skipped like any other.
  return family === 'ipv6' || nextHops.length > 0;
}

/** IPv6 insists on the device only for link-local and multicast destinations, and for programs that chose a device but no address (ip6_route_output_flags). */
function strictDeviceOf(query: RouteQuery): string | null {
  if (needsDevice(query.to)) return query.iif ?? query.oif;
  return query.from === null ? outputDeviceOf(query) : null;
}

function outputDeviceOf({ iif, oif }: RouteQuery): string | null {
  return iif === null ? oif : null;
}

/** Otherwise IPv6 only prefers the device, among routes of one prefix and metric (rt6_score_route). */
function preference({ family, nextHops }: KernelRoute, { iif, oif }: RouteQuery): number {
  const device = iif ?? oif;
  return family === 'ipv6' && device !== null && nextHops.some((hop) => hop.device === device) ? 0 : 1;
}

function needsDevice(address: string): boolean {
  return /^(fe[89ab]|ff)/i.test(address);
}
