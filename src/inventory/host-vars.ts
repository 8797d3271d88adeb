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
  readonly added?: Added;
};

/** What a playbook sets: `vars` over all of the inventory but under `-e`, `own` over everything. */
export type Added = { readonly vars: readonly Entries[]; readonly own: Entries };

/** Why a host has no variables. `locked`: the ciphertexts that are needed and were not decrypted. */
export type HostVarsFault = { readonly diagnostics: readonly Diagnostic[]; readonly locked: readonly string[] };

/**
 * The wanted variables of one host: of several values of a variable that of the last layer wins (see `variableLayers`), and a mapping
 * replaces a mapping whole, as Ansible does by default. References are expanded; every one that cannot be is an error.
 */
export function hostVars(inventory: Inventory, name: string, wish: Wish): Result<HostVars, HostVarsFault> {
  const host = inventory.hostsByName.get(name);
  if (host === undefined) return err({ diagnostics: [unknownHost(inventory, name)], locked: [] });
  const entries = hostEntries(inventory, host, wish);
  return entries.ok ? ok(locatedVars(entries.value)) : entries;
}

/** The same with every part still at its place. */
export function hostEntries(
  inventory: Inventory,
  host: InventoryHost,
  { wanted, decrypted, added }: Wish,
): Result<Entries, HostVarsFault> {
  const merged = mergedVariables(inventory, host, added);
  const names = wanted === 'all' ? merged.keys() : wanted;
  const magic = magicVariables(inventory, host);
  const { variables, diagnostics, locked } = expandReferences(merged, names, { magic, decrypted });
  return diagnostics.length > 0 || locked.length > 0 ? err({ diagnostics, locked }) : ok(variables);
}

/** The variables of a host as they are written. */
export function mergedVariables(
  inventory: Inventory,
  host: InventoryHost,
  { vars, own }: Added = { vars: [], own: new Map() },
): Entries {
  const layers = variableLayers(inventory, host);
  const entriesOf = (isTyped: boolean) =>
    layers.filter(({ owner }) => (owner.kind === 'command-line') === isTyped).map((layer) => layer.vars);
  return new Map([...entriesOf(false), ...vars, ...entriesOf(true), own].flatMap((each) => [...each]));
}

/** Plain data of located entries that remembers where each part was written. */
export function locatedVars(variables: Entries): HostVars {
  return {
    values: Object.fromEntries([...variables].map(([key, entry]) => [key, toJson(entry.value)])),
    locate: (path) => find(variables, path)?.value.at ?? null,
    locateKey: (path) => {
      const found = find(variables, path);
      return found === null ? null : found.isWhole ? found.keyAt : found.value.at;
    },
  };
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
