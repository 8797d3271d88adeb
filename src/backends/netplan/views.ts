import type { DesiredState } from '../../domain/desired-state.ts';
import { type InterfaceName, parentsFirst } from '../../domain/link.ts';
import type { PolicyRule, Route } from '../../domain/routing.ts';
import { deviceOfRoute, deviceOfRule } from '../networkd/owner.ts';
import { type RouteView, type RoutingView, type RuleView, routeView, ruleView } from '../networkd/views.ts';

/** Our file of netplan's. The MTU is text, as #if takes 0 for absent. */
export type NetplanView = {
  /** Parents first: netplan reads a file again for an id that comes later, and then has some of its lists twice. */
  readonly vlans: readonly {
    readonly name: string;
    readonly id: number;
    /** The parent's id in netplan's files. */
    readonly link: string;
    readonly mtu: string | null;
    /** For `link-local`. */
    readonly linkLocal: string;
    readonly routes: readonly Omit<RouteView, 'onlink'>[];
    readonly rules: readonly Omit<RuleView, 'family' | 'iif' | 'fwmark'>[];
  }[];
};

/** A drop-in for a .network file, of netplan's making or not. `isVlan`: of one of our VLANs. */
export type DropInView = { readonly isVlan: boolean } & RoutingView;

/** All VLANs, with what netplan has words for of their routes and rules. */
export function netplanView(state: DesiredState, idOf: (device: InterfaceName) => string): NetplanView {
  return {
    vlans: parentsFirst(state.links).map(({ name, parent, id, mtu, ipv6 }) => ({
      ...{ name, id, link: idOf(parent), mtu: mtu === null ? null : String(mtu) },
      linkLocal: ipv6 === true ? 'ipv6' : '',
      routes: state.routes
        .filter((route) => deviceOfRoute(route, state) === name && isInNetplansWords(route))
        .map(routeView)
        .map(({ onlink: _, ...route }) => route),
      rules: state.rules
        .filter((rule) => deviceOfRule(rule, state) === name && isInNetplansWords(rule))
        .map(ruleView)
        .map(({ family: _family, iif: _iif, fwmark: _fwmark, ...rule }) => rule),
    })),
  };
}

/**
 * Whether netplan has words for a route or rule that come to just that. A rule needs an address there, a mark has no mask, and an interface that packets
 * come in by has no word. `on-link: false` is not written, so that networkd takes a gateway of a VLAN without addresses for on-link; a
 * route without gateway needs `scope: link`, which IPv6 has not (write_route and write_ip_rule in netplan's networkd.c).
 */
export function isInNetplansWords(what: Route | PolicyRule): boolean {
  if (!('type' in what)) return what.iif === null && what.fwmark === null && (what.from ?? what.to) !== null;
  switch (what.type) {
    case 'blackhole':
      return true;
    case 'link':
      return what.family === 'ipv4';
    case 'gateway':
      return what.onlink;
  }
}
