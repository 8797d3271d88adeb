import { formatFwmark, mainTable } from '../domain/routing.ts';
import { defaultTable, localTable } from './from-domain.ts';
import type { KernelRoute, KernelRule } from './kernel-state.ts';

/** A rule as ip-rule(8) takes it, without its priority. */
export function ruleWords({ isInverted, from, to, iif, oif, fwmark, otherSelectors, action }: KernelRule): string {
  return [
    ...(isInverted ? ['not'] : []),
    ...(from === null ? [] : [`from ${from}`]),
    ...(to === null ? [] : [`to ${to}`]),
    ...(iif === null ? [] : [`iif ${iif}`]),
    ...(oif === null ? [] : [`oif ${oif}`]),
    ...(fwmark === null ? [] : [`fwmark ${formatFwmark(fwmark)}`]),
    ...otherSelectors.map((name) => `${name} …`),
    ...actionWords(action),
  ].join(' ');
}

/** A route as ip-route(8) prints it, without its table. */
export function routeWords({ family, type, destination, nextHops, metric }: KernelRoute): string {
  const hostSuffix = family === 'ipv4' ? '/32' : '/128';
  const usualMetric = family === 'ipv4' ? 0 : 1024;
  return [
    ...(type === 'unicast' ? [] : [type]),
    destination.endsWith(hostSuffix) ? destination.slice(0, -hostSuffix.length) : destination,
    ...nextHops.map(
      ({ gateway, device, onlink }) =>
        `${nextHops.length > 1 ? 'nexthop ' : ''}${gateway === null ? '' : `via ${gateway} `}dev ${device}${onlink ? ' onlink' : ''}`,
    ),
    ...(metric === usualMetric || metric === 0 ? [] : [`metric ${metric}`]),
  ].join(' ');
}

function actionWords(action: KernelRule['action']): readonly string[] {
  if (action.kind === 'goto') return [`goto ${action.priority}`];
  if (action.kind !== 'lookup') return [action.kind];
  const { table, suppressPrefixLength } = action;
  const suppress = suppressPrefixLength === null ? [] : [`suppress_prefixlength ${suppressPrefixLength}`];
  return [`lookup ${tableName(table)}`, ...suppress];
}

function tableName(table: number): string {
  const names: { readonly [id: number]: string } = {
    [mainTable]: 'main',
    [localTable]: 'local',
    [defaultTable]: 'default',
  };
  return names[table] ?? String(table);
}
