import type { NetfilterChain } from '../../domain/netfilter.ts';

/** A fragment for iptables-restore(8). */
export type RestoreView = {
  readonly tables: readonly {
    readonly name: string;
    /** Declared, hence emptied before the rules go in. */
    readonly chains: readonly string[];
    /** Whole lines, `-A CHAIN …`. */
    readonly rules: readonly string[];
  }[];
};

/** The unit that loads the fragment, and the jumps it adds where they are missing. */
export type UnitView = {
  readonly file: string;
  readonly jumps: readonly { readonly table: string; readonly hook: string; readonly chain: string }[];
};

/** Only chains of our own: with --noflush every other chain, the built-in ones included, stays as it is. */
export function restoreView(chains: readonly NetfilterChain[]): RestoreView {
  const tables = [...new Set(chains.map(({ table }) => table))].sort();
  return {
    tables: tables.map((name) => {
      const inside = chains.filter(({ table }) => table === name);
      return {
        name,
        chains: inside.map((chain) => chain.name),
        rules: inside.flatMap((chain) => chain.rules.map((rule) => `-A ${chain.name} ${rule}`)),
      };
    }),
  };
}

/** One jump per chain. */
export function jumpsView(file: string, chains: readonly NetfilterChain[]): UnitView {
  return { file, jumps: chains.map(({ table, hook, name }) => ({ table, hook, chain: name })) };
}
