import type { InterfaceAddress } from '../../domain/neighborhood.ts';
import { formatFwmark, type PolicyRule, type Route } from '../../domain/routing.ts';

/** One [Route] section. Null: the key is left out. */
export type RouteView = {
  readonly destination: string;
  readonly type: string | null;
  readonly gateway: string | null;
  readonly onlink: string | null;
  readonly scope: string | null;
  readonly table: number;
};

/** One [RoutingPolicyRule] section. Null: the key is left out. */
export type RuleView = {
  readonly family: string;
  readonly priority: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly iif: string | null;
  readonly fwmark: string | null;
  readonly table: number;
};

/** One [Address] section. */
export type AddressView = { readonly address: string };

/** One [Neighbor] section. */
type NeighborView = { readonly address: string; readonly mac: string };

/** Routes and rules with what they need, as sections of a .network file. */
export type RoutingView = {
  readonly addresses: readonly AddressView[];
  readonly neighbors: readonly NeighborView[];
  readonly routes: readonly RouteView[];
  readonly rules: readonly RuleView[];
};

/** A VLAN's .netdev file. The MTU is text, as #if takes 0 for absent. */
export type NetdevView = { readonly name: string; readonly id: number; readonly mtu: string | null };

/** A VLAN's .network file. */
export type NetworkView = {
  readonly name: string;
  /** For LinkLocalAddressing. */
  readonly linkLocal: string;
} & RoutingView;

/** A drop-in for somebody else's .network file. */
export type ParentView = { readonly vlans: readonly string[] } & RoutingView;

/** An address as networkd's keys say it. */
export function addressView({ address, prefixLength }: InterfaceAddress): AddressView {
  return { address: `${address}/${prefixLength}` };
}

/** A route as networkd's keys say it. */
export function routeView(route: Route): RouteView {
  const { type, table } = route;
  const any = route.family === 'ipv4' ? '0.0.0.0/0' : '::/0';
  return {
    destination: route.destination === 'default' ? any : route.destination,
    type: type === 'blackhole' ? 'blackhole' : null,
    gateway: type === 'gateway' ? route.gateway : null,
    // Said either way: left out, networkd turns it on by itself on a link without addresses.
    onlink: type === 'gateway' ? (route.onlink ? 'yes' : 'no') : null,
    // IPv6 has no scopes of routes.
    scope: type === 'link' && route.family === 'ipv4' ? 'link' : null,
    table,
  };
}

/** A rule as networkd's keys say it. The family is always said: it cannot be told from a mark. */
export function ruleView({ family, priority, from, to, iif, fwmark, table }: PolicyRule): RuleView {
  return { family, priority, from, to, iif, fwmark: fwmark === null ? null : formatFwmark(fwmark), table };
}
