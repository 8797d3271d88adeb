import type { InterfaceAddress, Neighbor } from './neighborhood.ts';
import { formatFwmark, mainTable, type PolicyRule, type Route, type TableId } from './routing.ts';

/** networkd marks what it installs as `static`; with the same protocol from others a reboot gives the identical state. */
export const ownProtocol = 'static';

/** How ip(8) is called for a route. */
export function routeArgv(verb: 'add' | 'delete' | 'replace', route: Route, protocol: string): readonly string[] {
  return ['ip', familyFlag(route), 'route', verb, ...routeWords(route), 'protocol', protocol];
}

/** How ip(8) is called for a rule, which it cannot replace. */
export function ruleArgv(verb: 'add' | 'delete', rule: PolicyRule, protocol: string): readonly string[] {
  return ['ip', familyFlag(rule), 'rule', verb, ...ruleWords(rule), 'protocol', protocol];
}

/** How ip(8) is called for an address. It makes no route: main stays as it is. */
export function addressArgv(
  verb: 'add' | 'delete' | 'replace',
  { address, prefixLength, device }: InterfaceAddress,
): readonly string[] {
  const flags = verb === 'delete' ? [] : ['noprefixroute'];
  return ['ip', 'address', verb, `${address}/${prefixLength}`, 'dev', device, ...flags];
}

/** How ip(8) is called for a neighbour that is to stay, whatever ARP says. */
export function neighborArgv({ address, mac, device }: Neighbor): readonly string[] {
  return ['ip', 'neighbor', 'replace', address, 'lladdr', mac, 'dev', device, 'nud', 'permanent'];
}

/** The order of adding: the kernel takes a gateway only where a link route says how to reach it. */
export function dependence({ type }: Route): number {
  return type === 'gateway' ? 1 : 0;
}

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

function familyFlag({ family }: Route | PolicyRule): string {
  return family === 'ipv6' ? '-6' : '-4';
}

function tableName(table: TableId): string {
  return table === mainTable ? 'main' : String(table);
}
