import { familyOf } from '../domain/address.ts';
import type { Mismatch } from '../domain/explanation.ts';
import type { InterfaceName } from '../domain/link.ts';
import { unreachable } from '../domain/result.ts';
import { findRoute, prefixLengthOf } from './find-route.ts';
import type { KernelRoute, KernelRule, KernelState, RouteQuery } from './kernel-state.ts';
import { mismatchesOf } from './match-rule.ts';

/** How a lookup ended. */
export type Verdict =
  | { readonly kind: 'route'; readonly rule: KernelRule; readonly route: KernelRoute }
  /** A rule or a route refuses; `route` is null where the rule itself does. */
  | {
      readonly kind: 'refused';
      readonly as: 'blackhole' | 'unreachable' | 'prohibit';
      readonly rule: KernelRule;
      readonly route: KernelRoute | null;
    }
  /** Nothing was found, but the packet is bound to a device: IPv4 then takes its destination for a neighbour there. */
  | { readonly kind: 'assumed-on-link'; readonly device: InterfaceName }
  | { readonly kind: 'no-route' };

/** What came of one rule. Only `decides` ends the lookup. */
export type RuleTrial = { readonly rule: KernelRule } & (
  | { readonly outcome: 'mismatch'; readonly mismatches: readonly Mismatch[] }
  /** All selectors of a `not` rule are met, so it is not for this packet. */
  | { readonly outcome: 'inverted' }
  | { readonly outcome: 'not-modelled' }
  | { readonly outcome: 'no-route' | 'nop' | 'goto' | 'goto-nowhere' }
  | { readonly outcome: 'throw' | 'suppressed'; readonly route: KernelRoute }
  | { readonly outcome: 'decides' }
);

/** The verdict with every rule tried on the way to it. */
export type LookUp = { readonly verdict: Verdict; readonly tried: readonly RuleTrial[] };

/** Looks a packet up as the kernel does: rule by rule until one decides. Source: fib_rules_lookup in net/core/fib_rules.c, ip_route_output_key_hash_rcu. */
export function lookUp(state: KernelState, query: RouteQuery): LookUp {
  const found = tryRules(state, query);
  const { iif, oif, to } = query;
  if (found.verdict.kind === 'route' || iif !== null || oif === null || familyOf(to) === 'ipv6') return found;
  return { ...found, verdict: { kind: 'assumed-on-link', device: oif } };
}

function tryRules(state: KernelState, query: RouteQuery): LookUp {
  const rules = state.rules.filter(({ family }) => family === familyOf(query.to));
  const tried: RuleTrial[] = [];
  let index = 0;
  for (let rule = rules[index]; rule !== undefined; rule = rules[index]) {
    const { trial, verdict } = tryRule(rule, state, query);
    const target = trial.outcome === 'goto' ? targetOf(rule, rules) : index + 1;
    tried.push(target === null ? { rule, outcome: 'goto-nowhere' } : trial);
    if (verdict !== null) return { verdict, tried };
    index = target ?? index + 1;
  }
  return { verdict: { kind: 'no-route' }, tried };
}

type Tried = { readonly trial: RuleTrial; readonly verdict: Verdict | null };

function tryRule(rule: KernelRule, state: KernelState, query: RouteQuery): Tried {
  const goesOn = (trial: RuleTrial): Tried => ({ trial, verdict: null });
  const decides = (verdict: Verdict): Tried => ({ trial: { rule, outcome: 'decides' }, verdict });
  if (rule.otherSelectors.length > 0) return goesOn({ rule, outcome: 'not-modelled' });
  const mismatches = mismatchesOf(rule, query);
  if (mismatches.length === 0 && rule.isInverted) return goesOn({ rule, outcome: 'inverted' });
  if (mismatches.length > 0 && !rule.isInverted) return goesOn({ rule, outcome: 'mismatch', mismatches });
  const { action } = rule;
  switch (action.kind) {
    case 'goto':
    case 'nop':
      return goesOn({ rule, outcome: action.kind });
    case 'blackhole':
    case 'unreachable':
    case 'prohibit':
      return decides({ kind: 'refused', as: action.kind, rule, route: null });
    case 'lookup': {
      const route = findRoute(state.routes, action.table, query);
      if (route === null) return goesOn({ rule, outcome: 'no-route' });
      if (route.type === 'throw') return goesOn({ rule, outcome: 'throw', route });
      // A refusing route is an error to the kernel, and only what was found without error can be suppressed.
      if (route.type === 'blackhole' || route.type === 'unreachable' || route.type === 'prohibit')
        return decides({ kind: 'refused', as: route.type, rule, route });
      const { suppressPrefixLength } = action;
      if (suppressPrefixLength !== null && prefixLengthOf(route) <= suppressPrefixLength)
        return goesOn({ rule, outcome: 'suppressed', route });
      return decides({ kind: 'route', rule, route });
    }
    default:
      return unreachable(action);
  }
}

function targetOf({ action, priority: ownPriority }: KernelRule, rules: readonly KernelRule[]): number | null {
  // The kernel lets a rule jump forward only.
  const index = rules.findIndex(
    ({ priority }) => action.kind === 'goto' && priority === action.priority && priority > ownPriority,
  );
  return index < 0 ? null : index;
}
