import type { DesiredState } from '../../../src/domain/desired-state.ts';
import { formatFwmark } from '../../../src/domain/routing.ts';

/** A state as lines a person would check: rules and routes like ip(8) prints them, sysctls as `key=value`, `-` where the key may be absent. */
export function inWords(state: DesiredState) {
  return {
    links: state.links.map(
      ({ name, parent, id, mtu }) => `${name} on ${parent} id ${id}${mtu === null ? '' : ` mtu ${mtu}`}`,
    ),
    rules: state.rules.map(({ priority, from, to, iif, fwmark, table }) =>
      [
        `${priority}:`,
        `from ${from ?? 'all'}`,
        ...(to === null ? [] : [`to ${to}`]),
        ...(fwmark === null ? [] : [`fwmark ${formatFwmark(fwmark)}`]),
        ...(iif === null ? [] : [`iif ${iif}`]),
        `lookup ${table === 254 ? 'main' : table}`,
      ].join(' '),
    ),
    routes: state.routes.map((route) => {
      const table = route.table === 254 ? '' : ` table ${route.table}`;
      if (route.type === 'blackhole') return `blackhole ${route.destination}${table}`;
      if (route.type === 'link') return `${route.destination} dev ${route.device}${table} scope link`;
      return `${route.destination} via ${route.gateway} dev ${route.device}${table}${route.onlink ? ' onlink' : ''}`;
    }),
    sysctls: state.sysctls.map(
      ({ key, value, mayBeAbsent }) =>
        `${mayBeAbsent ? '-' : ''}${key.replace(/^net\/ipv4\/conf\/(.*)\/rp_filter$/, '$1')}=${value}`,
    ),
  };
}
