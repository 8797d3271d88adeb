import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import type { Play, Playbook } from './playbook.ts';

/** The plays of each host that has any, in the order of the playbook. Errors: patterns that mean nobody in the inventory, each where it is written. */
export function hostsOfPlays(
  { plays }: Playbook,
  inventory: Inventory,
): Result<ReadonlyMap<string, readonly Play[]>, readonly Diagnostic[]> {
  const playsOf = new Map<string, Play[]>();
  const diagnostics: Diagnostic[] = [];
  for (const play of plays) {
    const { pattern, at } = play.hosts;
    const selected = selectHosts(inventory, pattern, new Map(), 'hosts');
    if (!selected.ok) diagnostics.push(...selected.error.map((fault) => ({ ...fault, at })));
    else for (const { name } of selected.value) playsOf.set(name, [...(playsOf.get(name) ?? []), play]);
  }
  return diagnostics.length > 0 ? err(diagnostics) : ok(playsOf);
}
