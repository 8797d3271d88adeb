import type { Family } from '../../domain/address.ts';
import type { DesiredState } from '../../domain/desired-state.ts';
import { ruleWords } from '../../domain/ip-words.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Obstacle } from '../../domain/obstacle.ts';
import type { PolicyRule } from '../../domain/routing.ts';
import { suspects } from './known-owners.ts';

const localTable = 255;

/** Rules of others at the priorities that this push wants, and the rule of the local table where it would come too late. */
export function ruleCollisions(
  desired: DesiredState,
  { facts, running }: Observed,
  foreignRules: readonly PolicyRule[],
): readonly Obstacle[] {
  const wanted = new Set(desired.rules.map(({ family, priority }) => `${family} ${priority}`));
  const others = [
    ...foreignRules.map((rule) => ({ ...rule, words: ruleWords(rule).join(' ') })),
    ...facts.others.rules,
  ];
  const lowestOf = (family: Family) =>
    Math.min(...desired.rules.filter((rule) => rule.family === family).map(({ priority }) => priority));
  return [
    ...others
      .filter(({ family, priority }) => wanted.has(`${family} ${priority}`))
      .map(
        ({ priority, words }): Obstacle => ({
          code: 'priority-in-use',
          message: `somebody else has a rule of the same priority: ${words}${suspects('priorities', priority)}`,
          hint: 'choose another with priority:',
        }),
      ),
    // Before the local table's rule a lookup would miss the node's own addresses; Cilium and the AWS CNI move that rule up from 0.
    ...running.rules
      .filter(({ rule }) => rule.table === localTable && rule.priority >= lowestOf(rule.family))
      .map(
        ({ rule }): Obstacle => ({
          code: 'before-local',
          message: `priority ${lowestOf(rule.family)} comes before the local table's rule at ${rule.priority}${suspects('priorities', rule.priority)}`,
          hint: 'choose a higher priority:, or loop_guard: false where it is the loop guard’s',
        }),
      ),
  ];
}
