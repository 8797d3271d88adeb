import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import type { HostName } from '../domain/host.ts';
import type { Entries } from './located.ts';

/** A host as the inventory has it: its own variables, not yet merged with those of its groups. */
export type InventoryHost = {
  readonly name: HostName;
  readonly at: SourceLocation;
  /** Every group it belongs to, through children too, sorted by name, without `all`: what Ansible calls `group_names`. */
  readonly groups: readonly string[];
  readonly vars: Entries;
};

/** A group of hosts and groups. */
export type InventoryGroup = {
  readonly name: string;
  /** Null for `all` and `ungrouped` where the source does not name them. */
  readonly at: SourceLocation | null;
  readonly children: readonly string[];
  /** The hosts named in the group itself, in the order of the source. */
  readonly hosts: readonly HostName[];
  readonly vars: Entries;
  /** The longest way down from `all`, which has 0. Deeper groups win over shallower ones. */
  readonly depth: number;
  /** `ansible_group_priority`, 1 by default: the higher wins among groups of one depth. */
  readonly priority: number;
};

/** Hosts, groups and variables as they were written. */
export type Inventory = {
  /** In the order of Ansible: those named in `all` itself, then group by group. */
  readonly hosts: readonly InventoryHost[];
  readonly groups: ReadonlyMap<string, InventoryGroup>;
  /** The text of a source file for showing a line of it; the values of passwords are masked. Null for other files. */
  readonly sourceOf: (file: string) => string | null;
  readonly warnings: readonly Diagnostic[];
};
