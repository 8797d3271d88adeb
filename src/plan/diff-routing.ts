import type { RuntimeChange } from '../domain/change.ts';
import type { Command } from '../domain/command.ts';
import type { RunningRoute, RunningRule } from '../domain/observed.ts';
import type { PolicyRule, Route } from '../domain/routing.ts';
import { routeWords, ruleWords } from './words.ts';

/** Additions and removals apart, for removals come after everything that replaces them. */
type Delta = { readonly additions: readonly RuntimeChange[]; readonly removals: readonly RuntimeChange[] };

// networkd marks what it installs as `static`; with the same protocol from us a reboot gives the identical state.
const ownProtocol = 'static';

/**
 * Compares routes by what they do; who installed them (`protocol`) does not count, for networkd and ip(8) may each have done it. Only
 * routes that `recorded` names are removed or replaced.
 */
export function diffRoutes(
  desired: readonly Route[],
  running: readonly RunningRoute[],
  recorded: readonly Route[],
): Delta {
  const found = new Set(running.map(({ route }) => key(route)));
  const wanted = new Set(desired.map(key));
  const known = new Set(recorded.map(key));
  const owned = running.filter(({ route }) => known.has(key(route)) && !wanted.has(key(route)));
  const replaced = new Set<RunningRoute>();
  const additions = byDependence(
    desired.filter((route) => !found.has(key(route))),
    (route) => route,
  ).map((route): RuntimeChange => {
    const before = owned.find((other) => !replaced.has(other) && slot(other.route) === slot(route));
    if (before === undefined) return added('route', routeText(route), (verb) => routeCommand(verb, route, ownProtocol));
    replaced.add(before);
    return {
      sign: '~',
      subject: 'route',
      words: `${routeText(route)} (was ${routeWords(before.route).join(' ')})`,
      apply: [routeCommand('replace', route, ownProtocol)],
      undo: [routeCommand('replace', before.route, before.protocol)],
    };
  });
  // The other way round, so that an undo has the link route back before the gateway that needs it.
  const removals = byDependence(
    owned.filter((route) => !replaced.has(route)),
    ({ route }) => route,
  )
    .reverse()
    .map(({ route, protocol }) => removed('route', routeText(route), (verb) => routeCommand(verb, route, protocol)));
  return { additions, removals };
}

/** Compares rules by priority, selectors and table. Only rules that `recorded` names are removed, each with the protocol it has. */
export function diffRules(
  desired: readonly PolicyRule[],
  running: readonly RunningRule[],
  recorded: readonly PolicyRule[],
): Delta {
  const found = new Set(running.map(({ rule }) => ruleKey(rule)));
  const wanted = new Set(desired.map(ruleKey));
  const known = new Set(recorded.map(ruleKey));
  const additions = byPriority(
    desired.filter((rule) => !found.has(ruleKey(rule))),
    (rule) => rule,
  );
  const owned = running.filter(({ rule }) => known.has(ruleKey(rule)) && !wanted.has(ruleKey(rule)));
  return {
    // An exception has the lower priority: it comes before the rule it is excepted from, and goes after it.
    additions: additions.map((rule) => added('rule', ruleText(rule), (verb) => ruleCommand(verb, rule, ownProtocol))),
    removals: byPriority(owned, ({ rule }) => rule)
      .reverse()
      .map(({ rule, protocol }) => removed('rule', ruleText(rule), (verb) => ruleCommand(verb, rule, protocol))),
  };
}

type Verb = 'add' | 'delete';

function added(subject: RuntimeChange['subject'], words: string, command: (verb: Verb) => Command): RuntimeChange {
  return { sign: '+', subject, words, apply: [command('add')], undo: [command('delete')] };
}

function removed(subject: RuntimeChange['subject'], words: string, command: (verb: Verb) => Command): RuntimeChange {
  return { sign: '-', subject, words, apply: [command('delete')], undo: [command('add')] };
}

function key(route: Route): string {
  return `${route.family} ${routeWords(route).join(' ')}`;
}

function ruleKey(rule: PolicyRule): string {
  return `${rule.family} ${ruleWords(rule).join(' ')}`;
}

/** Where the kernel keeps one route at a time. */
function slot({ family, table, destination }: Route): string {
  return `${family} ${table} ${destination}`;
}

/** The kernel takes a gateway only where a link route says how to reach it. Otherwise by text, so that equal states have equal plans. */
function byDependence<T>(entries: readonly T[], routeOf: (entry: T) => Route): T[] {
  const rank = (entry: T) => (routeOf(entry).type === 'gateway' ? 1 : 0);
  return [...entries].sort((a, b) => rank(a) - rank(b) || compare(key(routeOf(a)), key(routeOf(b))));
}

function byPriority<T>(entries: readonly T[], ruleOf: (entry: T) => PolicyRule): T[] {
  return [...entries].sort(
    (a, b) => ruleOf(a).priority - ruleOf(b).priority || compare(ruleKey(ruleOf(a)), ruleKey(ruleOf(b))),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function routeText(route: Route): string {
  return `route ${routeWords(route).join(' ')}`;
}

function ruleText(rule: PolicyRule): string {
  return `rule ${ruleWords(rule).slice(1).join(' ')}`;
}

function routeCommand(verb: Verb | 'replace', route: Route, protocol: string): Command {
  const family = route.family === 'ipv6' ? '-6' : '-4';
  return {
    argv: ['ip', family, 'route', verb, ...routeWords(route), 'protocol', protocol],
    why: `${verb} a route`,
    stdin: null,
  };
}

function ruleCommand(verb: Verb, rule: PolicyRule, protocol: string): Command {
  const family = rule.family === 'ipv6' ? '-6' : '-4';
  return {
    argv: ['ip', family, 'rule', verb, ...ruleWords(rule), 'protocol', protocol],
    why: `${verb} a rule`,
    stdin: null,
  };
}
