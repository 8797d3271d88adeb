import { stringify } from 'yaml';
import type { DesiredState } from '../domain/desired-state.ts';
import { formatFwmark, type Route } from '../domain/routing.ts';
import { type DecidedRule, dropByRule } from './loop-guard.ts';
import { type Saying, unsayable } from './unsayable.ts';

/**
 * The state for nmstate, as `nmstatectl apply` and a NodeNetworkConfigurationPolicy take it: interfaces, routes and rules. Settings of the kernel and
 * modules are left to other means.
 */
export function nmstate(state: DesiredState): Saying {
  const { links, addresses = [], sysctls, modules = [] } = state;
  const { rules, routes, lost } = dropByRule(state.rules, state.routes);
  const bare = links.filter(
    ({ name }) =>
      !addresses.some(({ device }) => device === name) &&
      routes.some((route) => 'device' in route && route.device === name),
  );
  const speaksIpv6 = [...state.rules, ...state.routes].some(({ family }) => family === 'ipv6');
  const reasons = [
    ...unsayable(state, 'nmstate'),
    ...(speaksIpv6 ? ['rules and routes of IPv6: only IPv4 is said for nmstate; --as script says both'] : []),
    ...lost.map(
      ({ destination, table }) => `the route that drops ${destination} in table ${table}: nmstate needs a way for each`,
    ),
    ...bare.map(
      ({ name }) =>
        `routes on ${name}, which has no address: NetworkManager keeps none there; give the network an address`,
    ),
  ];
  if (reasons.length > 0) return { kind: 'unsayable', reasons };
  const made = new Set<string>(links.map(({ name }) => name));
  const others = [...new Set(addresses.map(({ device }) => device))].filter((device) => !made.has(device));
  const ipv4Of = (name: string) => {
    const own = addresses.filter(({ device }) => device === name);
    if (own.length === 0) return {};
    const address = own.map((each) => ({ ip: each.address, 'prefix-length': each.prefixLength }));
    return { ipv4: { enabled: true, dhcp: false, address } };
  };
  const document = {
    interfaces: [
      ...links.map(({ name, parent, id, mtu }) => ({
        ...{ name, type: 'vlan', state: 'up', vlan: { 'base-iface': parent, id } },
        ...(mtu === null ? {} : { mtu }),
        ...ipv4Of(name),
      })),
      ...others.map((name) => ({ name, state: 'up', ...ipv4Of(name) })),
    ],
    routes: { config: routes.map(routeEntry) },
    'route-rules': { config: rules.map(ruleEntry) },
  };
  const besides = [
    ...sysctls.map(({ key, value, why }) => `${key} = ${value}: ${why}`),
    ...modules.map((name) => `the module ${name}`),
  ];
  const comment = besides.map((each) => `#   ${each}\n`).join('');
  const notes = comment === '' ? '' : `# Beside this, by other means, as a file in /etc/sysctl.d:\n${comment}`;
  return {
    kind: 'said',
    text: `# For nmstate: nmstatectl apply, or desiredState of a policy.\n${notes}${stringify(document)}`,
    besides,
  };
}

function routeEntry(route: Route) {
  return {
    destination: route.destination === 'default' ? '0.0.0.0/0' : route.destination,
    ...('device' in route ? { 'next-hop-interface': route.device } : {}),
    ...(route.type === 'gateway' ? { 'next-hop-address': route.gateway } : {}),
    'table-id': route.table,
  };
}

function ruleEntry({ priority, from, to, iif, fwmark, table, drops }: DecidedRule) {
  const [mark, mask] = fwmark === null ? [] : formatFwmark(fwmark).split('/');
  return {
    priority,
    ...(from === null && to === null ? { family: 'ipv4' } : {}),
    ...(from === null ? {} : { 'ip-from': from }),
    ...(to === null ? {} : { 'ip-to': to }),
    ...(iif === null ? {} : { iif }),
    ...(fwmark === null ? {} : { fwmark: mark, fwmask: mask }),
    ...(drops ? { action: 'blackhole' } : { 'route-table': table }),
  };
}
