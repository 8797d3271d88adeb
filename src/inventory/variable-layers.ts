import type { Inventory, InventoryGroup, InventoryHost } from './inventory.ts';
import type { Entries } from './located.ts';

/** Variables that stand in one place of the precedence, and whose they are. */
export type Layer = {
  readonly owner:
    | { readonly kind: 'group'; readonly name: string; readonly isFile: boolean }
    | { readonly kind: 'host'; readonly name: string; readonly isFile: boolean }
    | { readonly kind: 'command-line' };
  readonly vars: Entries;
};

/**
 * The layers of a host's variables, the weakest first, as Ansible has them (vars/manager.py): `all` and the other groups in the sources, then
 * `group_vars/all` and the other `group_vars`, then the host in the sources, then `host_vars`, then `-e`. Groups go by (depth,
 * `ansible_group_priority`, name). So what a source says of a group gives way even to `group_vars/all`.
 */
export function variableLayers(inventory: Inventory, host: InventoryHost): readonly Layer[] {
  const { adjacent, extra } = inventory;
  const all = groupsOf(inventory, ['all']);
  const others = groupsOf(inventory, host.groups);
  return [
    ...[...all, ...others].map((group) => groupLayer(group, group.vars, false)),
    // Folder by folder, and within one folder group by group: a later source wins with any of its groups.
    ...adjacent.flatMap((folder) => all.flatMap((group) => filesOf(group, folder.groups))),
    ...adjacent.flatMap((folder) => others.flatMap((group) => filesOf(group, folder.groups))),
    { owner: { kind: 'host', name: host.name, isFile: false }, vars: host.vars },
    ...adjacent.flatMap((folder) =>
      (folder.hosts.get(host.name) ?? []).map((vars): Layer => {
        return { owner: { kind: 'host', name: host.name, isFile: true }, vars };
      }),
    ),
    ...extra.map((vars): Layer => ({ owner: { kind: 'command-line' }, vars })),
  ];
}

function groupsOf(inventory: Inventory, names: readonly string[]): readonly InventoryGroup[] {
  return names.flatMap((name) => inventory.groups.get(name) ?? []).sort(byPrecedence);
}

function byPrecedence(a: InventoryGroup, b: InventoryGroup): number {
  return a.depth - b.depth || a.priority - b.priority || (a.name < b.name ? -1 : 1);
}

function filesOf(group: InventoryGroup, files: ReadonlyMap<string, readonly Entries[]>): readonly Layer[] {
  return (files.get(group.name) ?? []).map((vars) => groupLayer(group, vars, true));
}

function groupLayer({ name }: InventoryGroup, vars: Entries, isFile: boolean): Layer {
  return { owner: { kind: 'group', name, isFile }, vars };
}
