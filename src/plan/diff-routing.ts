import type { RuntimeChange } from '../domain/change.ts';
import type { Command } from '../domain/command.ts';
import type { RunningRoute, RunningRule } from '../domain/observed.ts';
import type { PolicyRule, Route } from '../domain/routing.ts';
import { routeWords, ruleWords } from './words.ts';

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
  const found = new Set(running.map(({ route }) => key(route)));
  const owned = recorded.filter(
    (route) => found.has(key(route)) && !desired.some((other) => key(other) === key(route)),
  );
  const replaced = new Set<Route>();
  const additions = desired
    .filter((route) => !found.has(key(route)))
    .map((route): RuntimeChange => {
      const before = owned.find((other) => other.table === route.table && other.destination === route.destination);
      if (before === undefined)
        return {
          sign: '+',
          subject: 'route',
          words: routeText(route),
          apply: [routeCommand('add', route)],
          undo: [routeCommand('delete', route)],
        };
      replaced.add(before);
      return {
        sign: '~',
        subject: 'route',
        words: `${routeText(route)} (was ${routeWords(before).join(' ')})`,
        apply: [routeCommand('replace', route)],
        undo: [routeCommand('replace', before)],
      };
    });
  const removals = owned
    .filter((route) => !replaced.has(route))
    .map(
      (route): RuntimeChange => ({
        sign: '-',
        subject: 'route',
        words: routeText(route),
        apply: [routeCommand('delete', route)],
        undo: [routeCommand('add', route)],
      }),
    );
  return { additions, removals };
}

/** Compares rules by priority, selectors and table. Only rules that `recorded` names are removed. */
export function diffRules(
  desired: readonly PolicyRule[],
  running: readonly RunningRule[],
  recorded: readonly PolicyRule[],
): Delta {
  const found = new Set(running.map(({ rule }) => ruleKey(rule)));
  const wanted = new Set(desired.map(ruleKey));
  const change = (sign: '+' | '-', rule: PolicyRule): RuntimeChange => {
    const [add, remove] = [ruleCommand('add', rule), ruleCommand('delete', rule)];
    return {
      sign,
      subject: 'rule',
      words: `rule ${ruleWords(rule).slice(1).join(' ')}`,
      apply: [sign === '+' ? add : remove],
      undo: [sign === '+' ? remove : add],
    };
  };
  return {
    additions: desired.filter((rule) => !found.has(ruleKey(rule))).map((rule) => change('+', rule)),
    removals: recorded
      .filter((rule) => found.has(ruleKey(rule)) && !wanted.has(ruleKey(rule)))
      .map((rule) => change('-', rule)),
  };
}

function key(route: Route): string {
  return `${route.family} ${routeWords(route).join(' ')}`;
}

function ruleKey(rule: PolicyRule): string {
  return `${rule.family} ${ruleWords(rule).join(' ')}`;
}

function routeText(route: Route): string {
  return `route ${routeWords(route).join(' ')}`;
}

// networkd marks what it installs as `static`; with the same protocol from us a reboot gives the identical state.
function routeCommand(verb: 'add' | 'replace' | 'delete', route: Route): Command {
  return {
    argv: ['ip', route.family === 'ipv6' ? '-6' : '-4', 'route', verb, ...routeWords(route), 'protocol', 'static'],
    why: `${verb} a route`,
    stdin: null,
  };
}

function ruleCommand(verb: 'add' | 'delete', rule: PolicyRule): Command {
  return {
    argv: ['ip', rule.family === 'ipv6' ? '-6' : '-4', 'rule', verb, ...ruleWords(rule), 'protocol', 'static'],
    why: `${verb} a rule`,
    stdin: null,
  };
}
