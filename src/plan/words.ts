import { routeWords, ruleWords } from '../domain/ip-words.ts';
import type { VlanLink } from '../domain/link.ts';
import type { PolicyRule, Route } from '../domain/routing.ts';

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
