import type { Json } from '../domain/variable.ts';
import type { Inventory, InventoryHost } from './inventory.ts';
import { type Located, toJson } from './located.ts';
import { isSecretName } from './secret-name.ts';
import { variableLayers } from './variable-layers.ts';

/** Whether values that must not be shown are: `show` is for comparing, never for people. */
type Secrets = 'mask' | 'show';

const mask = '********';

/** The inventory in the form of `ansible-inventory --list`: groups with hosts and children, and the variables of these hosts as they are written. */
export function listInventory(
  inventory: Inventory,
  hosts: readonly InventoryHost[],
  secrets: Secrets,
): { readonly [name: string]: Json } {
  const shown = new Set<string>(hosts.map(({ name }) => name));
  const groups = [...inventory.groups.values()].flatMap((group): readonly (readonly [string, Json])[] => {
    // Those of `all` itself are in `ungrouped`, too.
    const its = group.name === 'all' ? [] : group.hosts.filter((name) => shown.has(name));
    if (its.length === 0 && group.children.length === 0) return [];
    return [
      [
        group.name,
        {
          ...(its.length === 0 ? {} : { hosts: its }),
          ...(group.children.length === 0 ? {} : { children: group.children }),
        },
      ],
    ];
  });
  const hostvars = hosts.map((host) => [host.name, writtenVars(inventory, host, secrets)] as const);
  return { _meta: { hostvars: Object.fromEntries(hostvars) }, ...Object.fromEntries(groups) };
}

/** All variables of a host as they are written: merged, references not expanded. */
export function writtenVars(
  inventory: Inventory,
  host: InventoryHost,
  secrets: Secrets,
): { readonly [name: string]: Json } {
  const merged = new Map(variableLayers(inventory, host).flatMap(({ vars }) => [...vars]));
  return Object.fromEntries(
    [...merged].map(([name, { value }]) => [
      name,
      secrets === 'show' ? toJson(value) : maskedJson(name, value, inventory.secretFiles),
    ]),
  );
}

/** The plain data of a variable with everything that must not be shown behind stars: values of passwords and the like, whatever was encrypted. */
export function maskedJson(name: string, value: Located, secretFiles: ReadonlySet<string>): Json {
  if (value.kind === 'vault') return mask;
  if (value.kind === 'map')
    return Object.fromEntries(
      [...value.entries].map(([key, entry]) => [key, maskedJson(key, entry.value, secretFiles)]),
    );
  if (value.kind === 'list') return value.items.map((item) => maskedJson(name, item, secretFiles));
  const isSet = value.kind === 'verbatim' || (value.value !== null && typeof value.value !== 'boolean');
  // A reference says where a secret is, not what it is.
  const isReference = value.kind === 'scalar' && /^\s*\{\{[^}]*\}\}\s*$/.test(String(value.value));
  return isSet && !isReference && (isSecretName(name) || secretFiles.has(value.at.file)) ? mask : toJson(value);
}

/** Groups, groups in them and hosts as a tree, from one group down, in the form of `ansible-inventory --graph`. */
export function graphInventory({ groups }: Inventory, from: string): readonly string[] {
  const lines: string[] = [];
  const draw = (name: string, depth: number) => {
    const group = groups.get(name);
    const indent = (level: number) => (level === 0 ? '' : `${'  |'.repeat(level)}--`);
    lines.push(`${indent(depth)}@${name}:`);
    for (const child of group?.children ?? []) draw(child, depth + 1);
    for (const host of name === 'all' ? [] : (group?.hosts ?? [])) lines.push(indent(depth + 1) + host);
  };
  draw(from, 0);
  return lines;
}
