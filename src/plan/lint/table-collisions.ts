import type { Family } from '../../domain/address.ts';
import type { DesiredState } from '../../domain/desired-state.ts';
import { routeWords, ruleWords } from '../../domain/ip-words.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Obstacle } from '../../domain/obstacle.ts';
import { mainTable, type PolicyRule } from '../../domain/routing.ts';
import { routeKey } from '../words.ts';
import { suspects } from './known-owners.ts';

/** Tables that this push wants and somebody else fills, or sends packets to. */
export function tableCollisions(
  desired: DesiredState,
  { facts, running, recorded }: Observed,
  foreignRules: readonly PolicyRule[],
): readonly Obstacle[] {
  const placeOf = ({ family, table }: { readonly family: Family; readonly table: number }) => `${family} ${table}`;
  const places = new Set(desired.routes.filter(({ table }) => table !== mainTable).map(placeOf));
  const ours = new Set([...desired.routes, ...(recorded?.desired.routes ?? [])].map(routeKey));
  const obstacle = (table: number, message: string): Obstacle => ({
    code: 'table-in-use',
    message: `${message}${suspects('tables', table)}`,
    hint: 'choose another with table:',
  });
  const routes = [
    ...running.routes
      .filter(({ route }) => !ours.has(routeKey(route)))
      .map(({ route, protocol }) => ({
        ...{ family: route.family, table: route.table },
        words: `${routeWords(route).join(' ')} (protocol ${protocol})`,
      })),
    ...facts.others.routes,
  ];
  const rules = [
    ...foreignRules.map((rule) => ({ family: rule.family, table: rule.table, words: ruleWords(rule).join(' ') })),
    ...facts.others.rules,
  ];
  return [
    ...routes
      .filter((route) => places.has(placeOf(route)))
      .map(({ table, words }) => obstacle(table, `table ${table} already has a route of somebody else: ${words}`)),
    ...rules
      .filter((rule) => places.has(placeOf(rule)))
      .map(({ table, words }) => obstacle(table, `a rule of somebody else leads to table ${table}: ${words}`)),
  ];
}
