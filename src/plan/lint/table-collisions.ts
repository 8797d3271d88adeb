import type { DesiredState } from '../../domain/desired-state.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Obstacle } from '../../domain/obstacle.ts';
import { mainTable, type PolicyRule } from '../../domain/routing.ts';
import { routeWords, ruleWords } from '../words.ts';
import { suspects } from './known-owners.ts';

/** Tables that this push wants and somebody else fills, or sends packets to. */
export function tableCollisions(
  desired: DesiredState,
  { facts, running, recorded }: Observed,
  foreignRules: readonly PolicyRule[],
): readonly Obstacle[] {
  const tables = new Set<number>(desired.routes.map(({ table }) => table).filter((table) => table !== mainTable));
  const ours = new Set(
    [...desired.routes, ...(recorded?.desired.routes ?? [])].map((route) => routeWords(route).join(' ')),
  );
  const obstacle = (table: number, message: string): Obstacle => ({
    code: 'table-in-use',
    message: `${message}${suspects('tables', table)}`,
    hint: 'choose another with table:',
  });
  const routes = [
    ...running.routes.map(({ route, protocol }) => ({
      table: route.table,
      words: routeWords(route).join(' '),
      by: ` (protocol ${protocol})`,
    })),
    ...facts.others.routes.map((route) => ({ ...route, by: '' })),
  ];
  const rules = [
    ...foreignRules.map((rule) => ({ table: rule.table, words: ruleWords(rule).join(' ') })),
    ...facts.others.rules,
  ];
  return [
    ...routes
      .filter(({ table, words }) => tables.has(table) && !ours.has(words))
      .map(({ table, words, by }) =>
        obstacle(table, `table ${table} already has a route of somebody else: ${words}${by}`),
      ),
    ...rules
      .filter(({ table }) => tables.has(table))
      .map(({ table, words }) => obstacle(table, `a rule of somebody else leads to table ${table}: ${words}`)),
  ];
}
