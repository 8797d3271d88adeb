import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { HostVars } from '../domain/variable.ts';
import type { Inventory, InventoryGroup, InventoryHost } from './inventory.ts';
import { type Entries, type Entry, type Located, toJson } from './located.ts';
import { expandReferences } from './references.ts';

/**
 * The variables of one host: those of its groups by (depth, `ansible_group_priority`, name), later over earlier, then its own. A
 * mapping replaces a mapping whole, as Ansible does by default. References are expanded; every one that cannot be is an error.
 */
export function hostVars(inventory: Inventory, name: string): Result<HostVars, readonly Diagnostic[]> {
  const host = inventory.hosts.find((each) => each.name === name);
  if (host === undefined) {
    const hint = didYouMean(
      name,
      inventory.hosts.map((each) => each.name),
    );
    const message = `there is no host "${name}" in the inventory`;
    return err([{ severity: 'error', code: 'unknown-host', message, hint, at: null }]);
  }
  const { variables, diagnostics } = expandReferences(mergedVars(inventory, host), {
    host: name,
    magic: new Map([
      ['inventory_hostname', entryAt(host.at, { kind: 'scalar', at: host.at, value: host.name, bracesAt: [] })],
      [
        'group_names',
        entryAt(host.at, { kind: 'list', at: host.at, items: host.groups.map((group) => textAt(group, host.at)) }),
      ],
    ]),
  });
  if (diagnostics.length > 0) return err(diagnostics);
  return ok({
    values: Object.fromEntries([...variables].map(([key, entry]) => [key, toJson(entry.value)])),
    locate: (path) => find(variables, path)?.value.at ?? null,
    locateKey: (path) => {
      const found = find(variables, path);
      return found === null ? null : found.isWhole ? found.keyAt : found.value.at;
    },
  });
}

function mergedVars(inventory: Inventory, host: InventoryHost): Entries {
  const groups = ['all', ...host.groups].flatMap((name) => inventory.groups.get(name) ?? []).sort(byPrecedence);
  return new Map([...groups.flatMap(({ vars }) => [...vars]), ...host.vars]);
}

function byPrecedence(a: InventoryGroup, b: InventoryGroup): number {
  return a.depth - b.depth || a.priority - b.priority || (a.name < b.name ? -1 : 1);
}

/** The deepest value on a path; `isWhole` says that it is the path's end. */
function find(
  variables: Entries,
  path: readonly (string | number)[],
): { readonly value: Located; readonly keyAt: SourceLocation; readonly isWhole: boolean } | null {
  const [name, ...rest] = path;
  const top = variables.get(String(name));
  if (top === undefined) return null;
  let { value, keyAt } = top;
  for (const part of rest) {
    const entry = value.kind === 'map' ? value.entries.get(String(part)) : undefined;
    const next = value.kind === 'list' ? value.items[Number(part)] : entry?.value;
    if (next === undefined) return { value, keyAt, isWhole: false };
    value = next;
    keyAt = entry?.keyAt ?? next.at;
  }
  return { value, keyAt, isWhole: true };
}

function entryAt(at: SourceLocation, value: Located): Entry {
  return { keyAt: at, isText: true, value };
}

function textAt(value: string, at: SourceLocation): Located {
  return { kind: 'scalar', at, value, bracesAt: [] };
}
