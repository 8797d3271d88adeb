import type { ExplainedLookUp, TriedRule } from '../domain/explanation.ts';
import { unreachable } from '../domain/result.ts';
import type { RouteQuery } from './kernel-state.ts';
import type { LookUp, RuleTrial, Verdict } from './look-up.ts';
import { routeWords, ruleWords } from './words.ts';

/** A lookup as people read it: rules and routes in the words of ip(8). */
export function explainLookUp({ from, to, iif, mark }: RouteQuery, { tried, verdict }: LookUp): ExplainedLookUp {
  return { from, to, iif, mark, rules: tried.map(triedRule), verdict: explainVerdict(verdict) };
}

function triedRule(trial: RuleTrial): TriedRule {
  return {
    priority: trial.rule.priority,
    rule: ruleWords(trial.rule),
    outcome: trial.outcome,
    mismatches: trial.outcome === 'mismatch' ? trial.mismatches : [],
    route: trial.outcome === 'throw' || trial.outcome === 'suppressed' ? routeWords(trial.route) : null,
  };
}

function explainVerdict(verdict: Verdict): ExplainedLookUp['verdict'] {
  switch (verdict.kind) {
    case 'route': {
      // Of several next hops the kernel takes one by flow: any of them tells the way as well.
      const [hop] = verdict.route.nextHops;
      if (hop === undefined) return { kind: 'no-route' };
      const { device, gateway } = hop;
      const isLocal = verdict.route.type !== 'unicast';
      return { kind: 'route', route: routeWords(verdict.route), isLocal, device, gateway };
    }
    case 'refused':
      return { kind: 'refused', as: verdict.as, by: verdict.route === null ? 'rule' : 'route' };
    case 'assumed-on-link':
      return {
        kind: 'route',
        route: `dev ${verdict.device}, for want of any route`,
        isLocal: false,
        device: verdict.device,
        gateway: null,
      };
    case 'no-route':
      return { kind: 'no-route' };
    default:
      return unreachable(verdict);
  }
}
