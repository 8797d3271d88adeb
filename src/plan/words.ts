import type { VlanLink } from '../domain/link.ts';
import { formatFwmark, mainTable, type PolicyRule, type Route, type TableId } from '../domain/routing.ts';

/** The selector part of a route as ip-route(8) takes it; also how people read it. IPv6 has no scopes of routes. */
export function routeWords(route: Route): readonly string[] {
  const table = ['table', tableName(route.table)];
  switch (route.type) {
    case 'blackhole':
      return ['blackhole', route.destination, ...table];
    case 'link':
      return [route.destination, 'dev', route.device, ...(route.family === 'ipv4' ? ['scope', 'link'] : []), ...table];
    case 'gateway':
      return [
        route.destination,
        'via',
        route.gateway,
        'dev',
        route.device,
        ...(route.onlink ? ['onlink'] : []),
        ...table,
      ];
  }
}

/** A rule as ip-rule(8) takes it, priority first. */
export function ruleWords(rule: PolicyRule): readonly string[] {
  return [
    ...['priority', String(rule.priority)],
    ...(rule.from === null ? [] : ['from', rule.from]),
    ...(rule.to === null ? [] : ['to', rule.to]),
    ...(rule.iif === null ? [] : ['iif', rule.iif]),
    ...(rule.fwmark === null ? [] : ['fwmark', formatFwmark(rule.fwmark)]),
    ...['lookup', tableName(rule.table)],
  ];
}

/** A text that two routes share only where they are the same. */
export function routeKey(route: Route): string {
  return `${route.family} ${routeWords(route).join(' ')}`;
}

/** A text that two rules share only where they are the same. */
export function ruleKey(rule: PolicyRule): string {
  return `${rule.family} ${ruleWords(rule).join(' ')}`;
}

/** A rule as people read it; a mark alone does not tell the family. */
export function ruleText(rule: PolicyRule): string {
  return `${rule.family === 'ipv6' ? 'IPv6 ' : ''}rule ${ruleWords(rule).slice(1).join(' ')}`;
}

/** A VLAN in a few words. */
export function vlanWords(link: VlanLink): string {
  return `link ${link.name}: VLAN ${link.id} on ${link.parent}${link.mtu === null ? '' : `, MTU ${link.mtu}`}`;
}

function tableName(table: TableId): string {
  return table === mainTable ? 'main' : String(table);
}
