import type { PlanWarning } from '../../domain/change.ts';
import type { DesiredState } from '../../domain/desired-state.ts';
import type { Observed } from '../../domain/observed.ts';
import { formatFwmark } from '../../domain/routing.ts';
import { routeWords, ruleWords } from '../words.ts';

/** Who else uses the tables, priorities and marks that this push wants. */
export function collisions(desired: DesiredState, observed: Observed): readonly PlanWarning[] {
  const tables = new Set(desired.routes.filter(({ table }) => table !== 254).map(({ table }) => table));
  const ourRoutes = new Set(
    [...desired.routes, ...(observed.recorded?.desired.routes ?? [])].map((route) => routeWords(route).join(' ')),
  );
  const ourRules = new Set(
    [...desired.rules, ...(observed.recorded?.desired.rules ?? [])].map((rule) => ruleWords(rule).join(' ')),
  );
  const foreignRules = observed.running.rules
    .map(({ rule }) => rule)
    .filter((rule) => !ourRules.has(ruleWords(rule).join(' ')));
  const marks = desired.decisions.flatMap(({ fwmark }) => (fwmark === null ? [] : [fwmark]));
  const lowest = Math.min(...desired.rules.map(({ priority }) => priority));
  return [
    ...observed.running.routes
      .filter(({ route }) => tables.has(route.table) && !ourRoutes.has(routeWords(route).join(' ')))
      .map(({ route, protocol }) => ({
        code: 'table-in-use',
        message: `table ${route.table} already has a route of somebody else: ${routeWords(route).join(' ')} (protocol ${protocol})`,
        hint: 'choose another with table:',
      })),
    ...foreignRules
      .filter((rule) => desired.rules.some(({ priority }) => priority === rule.priority))
      .map((rule) => ({
        code: 'priority-in-use',
        message: `somebody else has a rule of the same priority: ${ruleWords(rule).join(' ')}`,
        hint: 'choose another with priority:',
      })),
    ...foreignRules.flatMap((rule) =>
      marks
        .filter(
          (mark) =>
            rule.fwmark !== null &&
            (rule.fwmark.mask & mark.mask) !== 0 &&
            (rule.fwmark.value & mark.mask & rule.fwmark.mask) === (mark.value & rule.fwmark.mask),
        )
        .map((mark) => ({
          code: 'mark-in-use',
          message: `mark ${formatFwmark(mark)} would also match somebody else's rule: ${ruleWords(rule).join(' ')}`,
          hint: 'choose another with mark:',
        })),
    ),
    // Below the `local` rule a lookup would miss the node's own addresses; Cilium and the AWS CNI move that rule up from 0.
    ...observed.running.rules
      .filter(({ rule }) => rule.table === 255 && rule.priority >= lowest)
      .map(({ rule }) => ({
        code: 'before-local',
        message: `priority ${lowest} comes before the local table's rule at ${rule.priority}`,
        hint: 'choose a higher priority:',
      })),
  ];
}
