import type { Family } from '../domain/address.ts';
import { unreachable } from '../domain/result.ts';
import { mainTable, type PolicyRule, type Route } from '../domain/routing.ts';
import type { KernelRoute, KernelRule, NextHop } from './kernel-state.ts';

/** A rule of the desired state as the kernel has it. Nothing is lost. */
export function kernelRule({ table, ...selectors }: PolicyRule): KernelRule {
  return {
    ...selectors,
    isInverted: false,
    oif: null,
    otherSelectors: [],
    action: { kind: 'lookup', table, suppressPrefixLength: null },
  };
}

/** A route of the desired state as the kernel has it. Nothing is lost. mlbroute gives no metric: 0 in IPv4, 1024 in IPv6 (IP6_RT_PRIO_USER). */
export function kernelRoute(route: Route): KernelRoute {
  const { family, table, destination } = route;
  return {
    family,
    table,
    destination,
    metric: family === 'ipv4' ? 0 : 1024,
    type: route.type === 'blackhole' ? 'blackhole' : 'unicast',
    nextHops: nextHopsOf(route),
  };
}

/** The rules every kernel starts with: `local`, `main` and, in IPv4 only, `default` (fib_default_rules_init, fib6_rules_net_init). */
export function standardRules(family: Family): readonly KernelRule[] {
  const lookups = [
    { priority: 0, table: localTable },
    { priority: 32766, table: mainTable },
    ...(family === 'ipv4' ? [{ priority: 32767, table: defaultTable }] : []),
  ];
  return lookups.map(({ priority, table }) => ({
    family,
    priority,
    isInverted: false,
    from: null,
    to: null,
    iif: null,
    oif: null,
    fwmark: null,
    otherSelectors: [],
    action: { kind: 'lookup', table, suppressPrefixLength: null },
  }));
}

/** The kernel's table of its own addresses. */
export const localTable = 255;
/** The kernel's table that is tried last in IPv4, empty as a rule. */
export const defaultTable = 253;

function nextHopsOf(route: Route): readonly NextHop[] {
  switch (route.type) {
    case 'blackhole':
      return [];
    case 'link':
      return [{ device: route.device, gateway: null, onlink: false }];
    case 'gateway':
      return [{ device: route.device, gateway: route.gateway, onlink: route.onlink }];
    default:
      return unreachable(route);
  }
}
