import { formatFwmark, mainTable, type PolicyRule, type Route, type TableId } from './routing.ts';

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

function tableName(table: TableId): string {
  return table === mainTable ? 'main' : String(table);
}
