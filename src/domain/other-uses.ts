import type { Family } from './address.ts';

/** Bits of a mark that a packet filter rule of somebody else sets or tests. */
export type MarkUse = {
  readonly of: 'packet' | 'connection';
  /** `value` counts for a test only: what is set there may depend on the packet. */
  readonly does: 'set' | 'test';
  readonly value: number;
  readonly mask: number;
  /** Where it was found, as the tool prints it. */
  readonly rule: string;
};

/** What others have on a host that `Route` and `PolicyRule` cannot say, and that could meet what mlbroute wants. */
export type OtherUses = {
  readonly marks: readonly MarkUse[];
  /** Rules with other selectors or actions. */
  readonly rules: readonly {
    readonly family: Family;
    readonly priority: number;
    /** 0 where it looks up none. */
    readonly table: number;
    readonly words: string;
  }[];
  /** Routes with several next hops, a metric and the like. */
  readonly routes: readonly { readonly family: Family; readonly table: number; readonly words: string }[];
  /** Files that make an interface: its name, and the VLAN id where the file has one. */
  readonly linkFiles: readonly { readonly path: string; readonly name: string; readonly vlanId: number | null }[];
  /** Names of VLANs by the .network file that hangs them on its interface. */
  readonly vlansOf: { readonly [networkFile: string]: readonly string[] };
};
