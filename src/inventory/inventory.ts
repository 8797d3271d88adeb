import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import type { HostName } from '../domain/host.ts';
import type { Entries } from './located.ts';

/** A host as the inventory has it: its own variables, not yet merged with those of its groups. */
export type InventoryHost = {
  readonly name: HostName;
  /** Where it is named first. */
  readonly at: SourceLocation;
  /** Its place among all hosts in the order in which the sources name them. */
  readonly rank: number;
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

/** The files of one `group_vars` and one `host_vars` folder, by the name of the group or host; each list in the order of reading. */
export type AdjacentVars = {
  readonly groups: ReadonlyMap<string, readonly Entries[]>;
  readonly hosts: ReadonlyMap<string, readonly Entries[]>;
};

/** Hosts, groups and variables as they were written. */
export type Inventory = {
  /** In the order of Ansible: those named in `all` itself, then group by group. */
  readonly hosts: readonly InventoryHost[];
  readonly hostsByName: ReadonlyMap<string, InventoryHost>;
  readonly groups: ReadonlyMap<string, InventoryGroup>;
  /** What stands beside each source, in the order of the sources. */
  readonly adjacent: readonly AdjacentVars[];
  /** `-e`, in the order given; over everything else. */
  readonly extra: readonly Entries[];
  /** The absolute folder of each source file, for `inventory_dir`. */
  readonly folderOf: (file: string) => string | null;
  /** The files that are encrypted as a whole: nothing in them may be shown. */
  readonly secretFiles: ReadonlySet<string>;
  /** The text of a source file for showing a line of it; the values of passwords are masked. Null for other files. */
  readonly sourceOf: (file: string) => string | null;
  readonly warnings: readonly Diagnostic[];
};
