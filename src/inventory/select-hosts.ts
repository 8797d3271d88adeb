import type { Diagnostic } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Inventory, InventoryHost } from './inventory.ts';
import { type Places, parseLimit, type Selector, type Term } from './limit.ts';

/**
 * The hosts a limit leaves, in the order of the inventory; null leaves all. Terms are united, then cut with each `&term`, then each
 * `!term` is taken away, wherever they stand; with only `&` and `!` terms it starts from all. Stricter than Ansible: an empty
 * limit, a term that matches nothing and a limit that leaves nobody are errors. `files`: the lines of each `@FILE` in the limit.
 * `words` is what the limit is called where it is written.
 */
export function selectHosts(
  inventory: Inventory,
  limit: string | null,
  files: ReadonlyMap<string, readonly string[]> = new Map(),
  words: 'the limit' | 'hosts' = 'the limit',
): Result<readonly InventoryHost[], readonly Diagnostic[]> {
  if (limit === null) return ok(inventory.hosts);
  const terms = parseLimit(limit, files);
  if (!terms.ok) return err(terms.error);
  const matched = terms.value.map((term) => ({ term, names: namesOf(inventory, term, words) }));
  const faults = matched.flatMap(({ names }) => (names.ok ? [] : [names.error]));
  if (faults.length > 0) return err(faults);
  const setsOf = (role: Term['role']) =>
    matched.flatMap(({ term, names }) => (term.role === role && names.ok ? [names.value] : []));
  const [added, required, removed] = [setsOf('add'), setsOf('require'), setsOf('remove')];
  const chosen = inventory.hosts.filter(
    ({ name }) =>
      (added.length === 0 || added.some((set) => set.has(name))) &&
      required.every((set) => set.has(name)) &&
      !removed.some((set) => set.has(name)),
  );
  if (chosen.length > 0) return ok(chosen);
  const message = `${words} "${limit}" leaves no host`;
  return err([{ severity: 'error', code: 'limit-empty', message, hint: null, at: null }]);
}

/** The names of the hosts a term means, be it one of Ansible's or a folded list. Where it may be either, nobody's word is taken for the other. */
function namesOf(inventory: Inventory, term: Term, words: string): Result<ReadonlySet<string>, Diagnostic> {
  const { folded } = term.selector;
  const names = matchOf(inventory, term);
  if (folded === null) return names === null ? err(unmatched(inventory, term, words)) : ok(names);
  const absent = folded.filter((name) => !inventory.hostsByName.has(name));
  if (absent.length > 0) return names === null ? err(unmatched(inventory, term, words, absent)) : ok(names);
  if (names === null || (names.size === folded.length && folded.every((name) => names.has(name))))
    return ok(new Set(folded));
  const message = `"${term.text}" in ${words} means ${listOf(names)} as a pattern of Ansible, and ${listOf(folded)} as a folded list`;
  return err({ severity: 'error', code: 'limit-ambiguous', message, hint: 'name the hosts one by one', at: null });
}

function listOf(names: Iterable<string>): string {
  const all = [...names];
  return all.length > 4 ? `${all.slice(0, 3).join(', ')} and ${all.length - 3} more` : all.join(', ');
}

/** The names of the hosts a term means; null where it matches neither a group nor a host, or nobody is at its places. */
function matchOf(inventory: Inventory, { role, text, selector }: Term): ReadonlySet<string> | null {
  // A name with brackets may be a host's own (an IPv6 address with a port has them, for one).
  if (role === 'add' && inventory.hostsByName.has(text)) return new Set([text]);
  if (selector.kind === 'name' && selector.places === null && inventory.hostsByName.has(selector.text))
    return new Set([selector.text]);
  const groups = [...inventory.groups.keys()].filter(selector.matches);
  const names = [
    ...groups.flatMap((group) => hostsOfGroup(inventory, group)),
    ...ownNames(inventory, selector, groups.length),
  ];
  if (groups.length === 0 && names.length === 0) return null;
  if (selector.places === null || names.length === 0) return new Set(names);
  const placed = atPlaces(names, selector.places);
  return placed.length === 0 ? null : new Set(placed);
}

/** Hosts by their own names: a wildcard or an expression means them beside groups, a plain name only where no group has it (manager.py, _enumerate_matches). */
function ownNames({ hosts }: Inventory, { kind, text, matches }: Selector, groupCount: number): readonly string[] {
  if (groupCount > 0 && kind === 'name' && !text.includes('.')) return [];
  return hosts
    .filter(({ name }) => matches(name))
    .sort((a, b) => a.rank - b.rank)
    .map(({ name }) => name);
}

/** The hosts of a group and of the groups in it, level by level. */
function hostsOfGroup({ groups }: Inventory, name: string): readonly string[] {
  const level = new Set([name]);
  // A set grows while it is walked: this is breadth first, each group once.
  for (const each of level) for (const child of groups.get(each)?.children ?? []) level.add(child);
  return [...new Set([...level].flatMap((each) => groups.get(each)?.hosts ?? []))];
}

/** As Ansible's slices: a host that several names of a wildcard lead to counts each time. */
function atPlaces(names: readonly string[], { first, last }: Places): readonly string[] {
  // Ansible takes [3:0] for [3].
  if (last === null || last === 0)
    return names.at(first) === undefined ? [] : names.slice(first, first === -1 ? undefined : first + 1);
  return names.slice(first, last === -1 ? undefined : last + 1);
}

function unmatched(
  inventory: Inventory,
  { text, selector }: Term,
  words: string,
  absent: readonly string[] = [],
): Diagnostic {
  const names = [...inventory.groups.keys(), ...inventory.hostsByName.keys()];
  const isFolded = absent.length > 0;
  const hint = selector.kind === 'name' && !isFolded ? didYouMean(selector.text, names) : null;
  const unplaced = selector.places === null ? 'matches no host and no group' : 'matches no host at these places';
  const what = isFolded ? `names hosts that there are not: ${listOf(absent)}` : unplaced;
  return { severity: 'error', code: 'limit-unmatched', message: `"${text}" in ${words} ${what}`, hint, at: null };
}
