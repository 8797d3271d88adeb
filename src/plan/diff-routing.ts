import type { RuntimeChange } from '../domain/change.ts';
import type { Command } from '../domain/command.ts';
import { dependence, ownProtocol, routeArgv, routeWords, ruleArgv } from '../domain/ip-words.ts';
import type { RunningRoute, RunningRule } from '../domain/observed.ts';
import type { PolicyRule, Route } from '../domain/routing.ts';
import { routeKey, ruleKey, ruleText } from './words.ts';

/** Additions and removals apart, for removals come after everything that replaces them. */
type Delta = { readonly additions: readonly RuntimeChange[]; readonly removals: readonly RuntimeChange[] };

/**
 * Compares routes by what they do; who installed them (`protocol`) does not count, for networkd and ip(8) may each have done it. Only
 * routes that `recorded` names are removed or replaced.
 */
export function diffRoutes(
  desired: readonly Route[],
  running: readonly RunningRoute[],
  recorded: readonly Route[],
): Delta {
  const found = new Set(running.map(({ route }) => routeKey(route)));
  const wanted = new Set(desired.map(routeKey));
  const known = new Set(recorded.map(routeKey));
  const owned = running.filter(({ route }) => known.has(routeKey(route)) && !wanted.has(routeKey(route)));
  const missing = byDependence(
    desired.filter((route) => !found.has(routeKey(route))).map((route) => ({ route, protocol: ownProtocol })),
  );
  const replaced = new Map(
    missing.flatMap(({ route }) => {
      const before = owned.find((other) => slot(other.route) === slot(route));
      return before === undefined ? [] : [[route, before] as const];
    }),
  );
  const putBack = ({ route, protocol }: RunningRoute) => routeCommand('replace', route, protocol);
  // An undo goes backwards, and would come to a gateway before the link routes it needs: so it puts those back with it.
  const footingOf = ({ family, type, table }: Route) =>
    [...replaced.values()].filter(
      ({ route }) => type === 'gateway' && route.type === 'link' && route.family === family && route.table === table,
    );
  const additions = missing.map(({ route, protocol }): RuntimeChange => {
    const before = replaced.get(route);
    if (before === undefined) return added('route', routeText(route), (verb) => routeCommand(verb, route, protocol));
    return {
      sign: '~',
      subject: 'route',
      words: `${routeText(route)} (was ${routeWords(before.route).join(' ')})`,
      apply: [routeCommand('replace', route, protocol)],
      undo: [...footingOf(before.route), before].map(putBack),
    };
  });
  const kept = new Set(replaced.values());
  const removals = byDependence(owned.filter((route) => !kept.has(route)))
    .reverse()
    .map(({ route, protocol }): RuntimeChange => {
      const change = removed('route', routeText(route), (verb) => routeCommand(verb, route, protocol));
      return { ...change, undo: [...footingOf(route).map(putBack), ...change.undo] };
    });
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
  const missing = byPriority(
    desired.filter((rule) => !found.has(ruleKey(rule))).map((rule) => ({ rule, protocol: ownProtocol })),
  );
  const owned = byPriority(running.filter(({ rule }) => known.has(ruleKey(rule)) && !wanted.has(ruleKey(rule))));
  const commandFor =
    ({ rule, protocol }: RunningRule) =>
    (verb: Verb) =>
      ruleCommand(verb, rule, protocol);
  return {
    // An exception has the lower priority: it comes before the rule it is excepted from, and goes after it.
    additions: missing.map((entry) => added('rule', ruleText(entry.rule), commandFor(entry))),
    removals: owned.reverse().map((entry) => removed('rule', ruleText(entry.rule), commandFor(entry))),
  };
}

type Verb = 'add' | 'delete';

function added(subject: RuntimeChange['subject'], words: string, command: (verb: Verb) => Command): RuntimeChange {
  return { sign: '+', subject, words, apply: [command('add')], undo: [command('delete')] };
}

function removed(subject: RuntimeChange['subject'], words: string, command: (verb: Verb) => Command): RuntimeChange {
  return { sign: '-', subject, words, apply: [command('delete')], undo: [command('add')] };
}

/** Where the kernel keeps one route at a time. */
function slot({ family, table, destination }: Route): string {
  return `${family} ${table} ${destination}`;
}

/** Link routes before gateways. Otherwise by text, so that equal states have equal plans. */
function byDependence(entries: readonly RunningRoute[]): RunningRoute[] {
  const text = ({ route, protocol }: RunningRoute) => `${routeKey(route)} ${protocol}`;
  return [...entries].sort((a, b) => dependence(a.route) - dependence(b.route) || compare(text(a), text(b)));
}

function byPriority(entries: readonly RunningRule[]): RunningRule[] {
  // A delete without a protocol takes any: of rules that differ in nothing else, backwards, it is the last.
  const text = ({ rule, protocol }: RunningRule) => `${ruleKey(rule)} ${protocol === 'unspec' ? '' : protocol}`;
  return [...entries].sort((a, b) => a.rule.priority - b.rule.priority || compare(text(a), text(b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function routeText(route: Route): string {
  return `route ${routeWords(route).join(' ')}`;
}

function routeCommand(verb: Verb | 'replace', route: Route, protocol: string): Command {
  return { argv: routeArgv(verb, route, protocol), why: `${verb} a route`, stdin: null };
}

function ruleCommand(verb: Verb, rule: PolicyRule, protocol: string): Command {
  return { argv: ruleArgv(verb, rule, protocol), why: `${verb} a rule`, stdin: null };
}
