import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import type { HostName } from '../domain/host.ts';
import type { Declaration } from './declaration.ts';
import type { Inventory, InventoryGroup, InventoryHost } from './inventory.ts';
import type { Entry } from './located.ts';

type GroupDraft = {
  at: SourceLocation | null;
  priority: number;
  readonly parents: Set<string>;
  readonly children: Set<string>;
  readonly hosts: Set<HostName>;
  readonly vars: Map<string, Entry>;
};
type HostDraft = { readonly at: SourceLocation; readonly vars: Map<string, Entry> };

/**
 * Builds hosts and groups as Ansible does: every group without a parent is a child of `all`; a host in no other group is in
 * `ungrouped`; what is said later about a variable wins. Loops and names that are both host and group are reported.
 */
export function joinGroups(
  declarations: readonly Declaration[],
  report: (diagnostic: Diagnostic) => void,
): Pick<Inventory, 'hosts' | 'groups'> {
  const groups = new Map<string, GroupDraft>([
    ['all', emptyGroup()],
    ['ungrouped', emptyGroup()],
  ]);
  const hosts = new Map<HostName, HostDraft>();
  link('all', 'ungrouped');
  for (const declaration of declarations) declare(declaration);
  for (const name of groups.keys()) if (name !== 'all' && draft(name).parents.size === 0) link('all', name);
  reportNameClashes();
  settleUngrouped();

  const depths = measureDepths();
  const joined = new Map([...groups].map(([name, group]) => [name, finish(name, group)]));
  return { groups: joined, hosts: hostsInOrder() };

  function declare(declaration: Declaration): void {
    switch (declaration.kind) {
      case 'group': {
        const group = draft(declaration.group);
        group.at ??= declaration.at;
        return;
      }
      case 'child': {
        const { parent, child, at } = declaration;
        // Most children have none themselves, and then there is no loop to look for.
        const isLeaf = draft(child).children.size === 0;
        if (child === parent || child === 'all' || (!isLeaf && ancestorsOf(parent).has(child))) {
          const message = `group "${child}" cannot be a child of "${parent}": it already contains it`;
          report({ severity: 'error', code: 'group-loop', message, hint: null, at });
        } else link(parent, child);
        return;
      }
      case 'member': {
        const { host, port, at } = declaration;
        if (!hosts.has(host)) {
          const vars = new Map<string, Entry>();
          if (port !== null)
            vars.set('ansible_port', {
              keyAt: at,
              isText: true,
              value: { kind: 'scalar', at, value: port, bracesAt: [] },
            });
          hosts.set(host, { at, vars });
        }
        draft(declaration.group).hosts.add(host);
        return;
      }
      case 'group-var': {
        const { group, name, entry } = declaration;
        if (name === 'ansible_group_priority') draft(group).priority = priorityOf(entry, report);
        else draft(group).vars.set(name, entry);
        return;
      }
      case 'host-var':
        hosts.get(declaration.host)?.vars.set(declaration.name, declaration.entry);
    }
  }

  function draft(name: string): GroupDraft {
    const group = groups.get(name) ?? emptyGroup();
    groups.set(name, group);
    return group;
  }

  function link(parent: string, child: string): void {
    draft(parent).children.add(child);
    draft(child).parents.add(parent);
  }

  function ancestorsOf(name: string): ReadonlySet<string> {
    const found = new Set<string>();
    const next = [...draft(name).parents];
    for (let parent = next.pop(); parent !== undefined; parent = next.pop()) {
      if (found.has(parent)) continue;
      found.add(parent);
      next.push(...draft(parent).parents);
    }
    return found;
  }

  function reportNameClashes(): void {
    for (const [host, { at }] of hosts) {
      const group = groups.get(host);
      if (group === undefined) continue;
      const where = group.at === null ? '' : ` on line ${group.at.line}`;
      const message = `"${host}" is a host here and a group${where}`;
      report({ severity: 'error', code: 'name-clash', message, hint: 'a pattern could mean either: rename one', at });
    }
  }

  function settleUngrouped(): void {
    const grouped = new Set([...groups].flatMap(([name, { hosts: its }]) => (isBuiltIn(name) ? [] : [...its])));
    const ungrouped = draft('ungrouped').hosts;
    for (const host of hosts.keys()) {
      if (grouped.has(host)) ungrouped.delete(host);
      else ungrouped.add(host);
    }
  }

  function finish(name: string, { parents: _, ...group }: GroupDraft): InventoryGroup {
    return { name, ...group, depth: depths.get(name) ?? 0, children: [...group.children], hosts: [...group.hosts] };
  }

  /** The longest ways down from `all`; a group's depth is settled when those of all its parents are. */
  function measureDepths(): ReadonlyMap<string, number> {
    const open = new Map([...groups].map(([name, { parents }]) => [name, parents.size]));
    const found = new Map<string, number>(
      [...open].flatMap(([name, parents]) => (parents === 0 ? [[name, 0] as const] : [])),
    );
    const deepest = new Map<string, number>();
    // A map grows while it is walked. There are no loops: none was let in.
    for (const [name, depth] of found) {
      for (const child of draft(name).children) {
        deepest.set(child, Math.max(deepest.get(child) ?? 0, depth + 1));
        const left = (open.get(child) ?? 1) - 1;
        open.set(child, left);
        if (left === 0) found.set(child, deepest.get(child) ?? 0);
      }
    }
    return found;
  }

  function hostsInOrder(): readonly InventoryHost[] {
    const level = new Set(['all']);
    // A set grows while it is walked: this is breadth first, each group once.
    for (const name of level) for (const child of draft(name).children) level.add(child);
    const memberships = new Map<HostName, Set<string>>();
    for (const name of level) {
      if (draft(name).hosts.size === 0) continue;
      const withAncestors = [name, ...ancestorsOf(name)].filter((group) => group !== 'all');
      for (const host of draft(name).hosts) {
        const its = memberships.get(host) ?? new Set<string>();
        for (const group of withAncestors) its.add(group);
        memberships.set(host, its);
      }
    }
    const ranks = new Map([...hosts.keys()].map((name, rank) => [name, rank]));
    return [...memberships].flatMap(([name, its]) => {
      const host = hosts.get(name);
      if (host === undefined) return [];
      return [{ name, at: host.at, rank: ranks.get(name) ?? 0, groups: [...its].sort(), vars: host.vars }];
    });
  }
}

function emptyGroup(): GroupDraft {
  return { at: null, priority: 1, parents: new Set(), children: new Set(), hosts: new Set(), vars: new Map() };
}

function isBuiltIn(group: string): boolean {
  return group === 'all' || group === 'ungrouped';
}

function priorityOf({ value: node }: Entry, report: (diagnostic: Diagnostic) => void): number {
  const priority = node.kind === 'scalar' && node.value !== null && node.value !== '' ? Number(node.value) : Number.NaN;
  if (Number.isInteger(priority)) return priority;
  const message = 'ansible_group_priority must be a whole number';
  report({ severity: 'error', code: 'group-priority', message, hint: null, at: node.at });
  return 1;
}
