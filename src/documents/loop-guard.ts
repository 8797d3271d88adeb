import { cidrContains } from '../domain/address.ts';
import type { PolicyRule, Route } from '../domain/routing.ts';

/** A rule that leads into a table, or one that drops. */
export type DecidedRule = PolicyRule & { readonly drops: boolean };

/**
 * Rules into a table that drops all they match, as rules that drop: then that table need not be there. `lost` are routes that drop and cannot be
 * put that way.
 */
export function dropByRule(
  rules: readonly PolicyRule[],
  routes: readonly Route[],
): { readonly rules: readonly DecidedRule[]; readonly routes: readonly Route[]; readonly lost: readonly Route[] } {
  const decided = rules.map((rule) => {
    const inTable = routes.filter(({ table, family }) => table === rule.table && family === rule.family);
    const { to } = rule;
    const isCovered =
      to !== null && inTable.some(({ destination }) => destination === 'default' || cidrContains(destination, to));
    return { ...rule, drops: isCovered && inTable.every(({ type }) => type === 'blackhole') };
  });
  const emptied = new Set(decided.filter(({ drops }) => drops).map(({ table }) => table));
  const needed = new Set(decided.filter(({ drops }) => !drops).map(({ table }) => table));
  const isDropped = (route: Route) =>
    route.type === 'blackhole' && emptied.has(route.table) && !needed.has(route.table);
  return {
    rules: decided,
    routes: routes.filter((route) => route.type !== 'blackhole'),
    lost: routes.filter((route) => route.type === 'blackhole' && !isDropped(route)),
  };
}
