import type { DesiredState } from '../../domain/desired-state.ts';
import type { InterfaceName } from '../../domain/link.ts';
import { formatFwmark, mainTable, type PolicyRule, type Route } from '../../domain/routing.ts';

/** The device whose .network file holds a route: its own, or for a blackhole that of the network it guards. */
export function deviceOfRoute(route: Route, { decisions }: DesiredState): InterfaceName {
  if (route.type !== 'blackhole') return route.device;
  return known(decisions.find(({ pools }) => pools.some((pool) => pool === route.destination))?.device, route);
}

/**
 * The device whose .network file holds a rule: that of the network which the rule serves, or of a route that its table has. Any other rule goes
 * with the first device there is: a rule needs no device, but networkd sets none without one.
 */
export function deviceOfRule(rule: PolicyRule, { decisions, routes, links }: DesiredState): InterfaceName {
  const { iif, table, fwmark, from } = rule;
  if (iif !== null) return iif;
  const decision = decisions.find((candidate) => {
    if (table !== mainTable) return candidate.table === table;
    if (fwmark !== null) return candidate.fwmark !== null && formatFwmark(candidate.fwmark) === formatFwmark(fwmark);
    return candidate.pools.some((pool) => pool === from);
  });
  const served = routes.flatMap((route) => (route.table === table && 'device' in route ? [route.device] : []));
  const anyDevice = [
    ...links.map(({ name }) => name),
    ...routes.flatMap((route) => ('device' in route ? [route.device] : [])),
  ];
  return known(decision?.device ?? served[0] ?? anyDevice[0], rule);
}

function known(device: InterfaceName | null | undefined, what: Route | PolicyRule): InterfaceName {
  if (device === null || device === undefined) throw new Error(`no decision asked for ${JSON.stringify(what)}`);
  return device;
}
