import type { DesiredState } from '../../domain/desired-state.ts';
import type { InterfaceName } from '../../domain/link.ts';
import type { PolicyRule, Route } from '../../domain/routing.ts';
import { deviceOfRoute, deviceOfRule } from './owner.ts';
import { addressView, type RoutingView, routeView, ruleView } from './views.ts';

/** What of a state goes into the .network files of these devices; of routes and rules those that are not left to another file. */
export function routingOf(
  state: DesiredState,
  devices: ReadonlySet<string>,
  isLeft: (what: Route | PolicyRule) => boolean = () => false,
): RoutingView {
  const { addresses = [], neighbors = [], routes, rules } = state;
  return {
    addresses: addresses.filter(({ device }) => devices.has(device)).map(addressView),
    neighbors: neighbors.filter(({ device }) => devices.has(device)).map(({ address, mac }) => ({ address, mac })),
    routes: routes.filter((route) => devices.has(deviceOfRoute(route, state)) && !isLeft(route)).map(routeView),
    rules: rules.filter((rule) => devices.has(deviceOfRule(rule, state)) && !isLeft(rule)).map(ruleView),
  };
}

/** The devices whose .network files hold routes, rules, addresses or neighbours of a state. */
export function routedDevices(state: DesiredState): readonly InterfaceName[] {
  return [
    ...state.routes.map((route) => deviceOfRoute(route, state)),
    ...state.rules.map((rule) => deviceOfRule(rule, state)),
    ...[...(state.addresses ?? []), ...(state.neighbors ?? [])].map(({ device }) => device),
  ];
}

/** Every key that such a file may have. */
export function exampleRouting(): RoutingView {
  return {
    addresses: [{ address: '1.2.3.7/24' }],
    neighbors: [{ address: '1.2.3.1', mac: '52:54:00:12:34:56' }],
    routes: [
      { destination: '1.2.3.0/24', type: 'blackhole', gateway: '1.2.3.1', onlink: 'yes', scope: 'link', table: 7100 },
    ],
    rules: [
      {
        family: 'ipv4',
        priority: 2000,
        from: '1.2.3.0/24',
        to: '1.2.3.0/24',
        iif: 'eth0.100',
        fwmark: '0x100/0x1f00',
        table: 7100,
      },
    ],
  };
}
