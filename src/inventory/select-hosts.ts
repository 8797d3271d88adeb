import type { Diagnostic } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Inventory, InventoryHost } from './inventory.ts';
import { parseLimit, type Selector, type Term } from './limit.ts';

/**
 * The hosts a limit leaves, in the order of the inventory; null leaves all. Terms are united, then cut with each `&term`, then each
 * `!term` is taken away, wherever they stand; with only `&` and `!` terms it starts from all. Stricter than Ansible: an empty
 * limit, a term that matches nothing and a limit that leaves nobody are errors.
 */
export function selectHosts(
  inventory: Inventory,
  limit: string | null,
): Result<readonly InventoryHost[], readonly Diagnostic[]> {
  if (limit === null) return ok(inventory.hosts);
  const terms = parseLimit(limit);
  if (!terms.ok) return err(terms.error);
  const matched = terms.value.map((term) => ({ ...term, names: matchOf(inventory, term.selector) }));
  const unknown = matched.flatMap((term) => (term.names === null ? [unmatched(inventory, term)] : []));
  if (unknown.length > 0) return err(unknown);
  const setsOf = (role: Term['role']) =>
    matched.flatMap((term) => (term.role === role ? [term.names ?? new Set()] : []));
  const [added, required, removed] = [setsOf('add'), setsOf('require'), setsOf('remove')];
  const chosen = inventory.hosts.filter(
    ({ name }) =>
      (added.length === 0 || added.some((set) => set.has(name))) &&
      required.every((set) => set.has(name)) &&
      !removed.some((set) => set.has(name)),
  );
  if (chosen.length > 0) return ok(chosen);
  const message = `the limit "${limit}" leaves no host`;
  return err([{ severity: 'error', code: 'limit-empty', message, hint: null, at: null }]);
}

/** The names of the hosts a selector means; null where it matches neither a group nor a host. */
function matchOf(inventory: Inventory, selector: Selector): ReadonlySet<string> | null {
  if (selector.kind === 'name' && inventory.hosts.some(({ name }) => name === selector.name))
    return new Set([selector.name]);
  const matches = (name: string) =>
    selector.kind === 'name' ? name === selector.name : selector.expression.test(name);
  const groups = new Set([...inventory.groups.keys()].filter(matches));
  // A wildcard or an expression means hosts beside groups, a plain name never both (manager.py, _enumerate_matches).
  const hosts = inventory.hosts.filter(
    (host) =>
      groups.has('all') ||
      host.groups.some((group) => groups.has(group)) ||
      (selector.kind === 'expression' && matches(host.name)),
  );
  return groups.size === 0 && hosts.length === 0 ? null : new Set(hosts.map(({ name }) => name));
}

function unmatched(inventory: Inventory, { text, selector }: Term): Diagnostic {
  const names = [...inventory.groups.keys(), ...inventory.hosts.map((host) => host.name)];
  const hint = selector.kind === 'name' ? didYouMean(selector.name, names) : null;
  return {
    severity: 'error',
    code: 'limit-unmatched',
    message: `"${text}" in the limit matches no host and no group`,
    hint,
    at: null,
  };
}
