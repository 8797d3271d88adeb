import { parseIp } from '../domain/address.ts';
import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { HostVars, Json } from '../domain/variable.ts';
import type { Inventory, InventoryHost } from './inventory.ts';
import { type Entries, fromJson, type Located, toJson } from './located.ts';
import { type Decrypted, expandReferences } from './references.ts';
import { variableLayers } from './variable-layers.ts';

/** Which variables of a host to expand, and what encrypted texts are. */
export type Wish = {
  /** Names; all others stay as they are written and are not checked, whatever Jinja they hold. */
  readonly wanted: Iterable<string> | 'all';
  readonly decrypted: Decrypted;
};

/** Why a host has no variables. `locked`: the ciphertexts that are needed and were not decrypted. */
export type HostVarsFault = { readonly diagnostics: readonly Diagnostic[]; readonly locked: readonly string[] };

/**
 * The wanted variables of one host: of several values of a variable that of the last layer wins (see `variableLayers`), and a mapping
 * replaces a mapping whole, as Ansible does by default. References are expanded; every one that cannot be is an error.
 */
export function hostVars(inventory: Inventory, name: string, wish: Wish): Result<HostVars, HostVarsFault> {
  const host = inventory.hostsByName.get(name);
  if (host === undefined) return err({ diagnostics: [unknownHost(inventory, name)], locked: [] });
  const merged = new Map(variableLayers(inventory, host).flatMap(({ vars }) => [...vars]));
  const { variables, diagnostics, locked } = expandReferences(
    merged,
    wish.wanted === 'all' ? merged.keys() : wish.wanted,
    {
      magic: magicVariables(inventory, host),
      decrypted: wish.decrypted,
    },
  );
  if (diagnostics.length > 0 || locked.length > 0) return err({ diagnostics, locked });
  return ok({
    values: Object.fromEntries([...variables].map(([key, entry]) => [key, toJson(entry.value)])),
    locate: (path) => find(variables, path)?.value.at ?? null,
    locateKey: (path) => {
      const found = find(variables, path);
      return found === null ? null : found.isWhole ? found.keyAt : found.value.at;
    },
  });
}

/** Says that there is no such host, and which was meant perhaps. */
export function unknownHost(inventory: Inventory, name: string): Diagnostic {
  const hint = didYouMean(name, inventory.hostsByName.keys());
  const message = `there is no host "${name}" in the inventory`;
  return { severity: 'error', code: 'unknown-host', message, hint, at: null };
}

/** The names Ansible gives a meaning of its own. */
export function magicVariables(inventory: Inventory, { name, at, groups }: InventoryHost): Entries {
  const isAddress = parseIp(name).ok;
  const values: { readonly [name: string]: Json } = {
    inventory_hostname: name,
    inventory_hostname_short: isAddress ? name : (name.split('.')[0] ?? name),
    group_names: groups,
    inventory_file: at.file,
    inventory_dir: inventory.folderOf(at.file),
  };
  return new Map(
    Object.entries(values).map(([key, value]) => [
      key,
      { keyAt: at, isText: true, value: verbatim(fromJson(value, at)) },
    ]),
  );
}

/** A name of a file or a host holds no references, whatever it looks like. */
function verbatim(value: Located): Located {
  return value.kind === 'scalar' && typeof value.value === 'string'
    ? { kind: 'verbatim', at: value.at, text: value.value }
    : value;
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
