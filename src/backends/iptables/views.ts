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

/** The unit that loads the fragments, one for each family, and the jumps it adds where they are missing. */
export type UnitView = {
  /** The first of them. */
  readonly file: string;
  /** IPv4 first and whole: it must not suffer where IPv6 fails. */
  readonly families: readonly {
    readonly tool: string;
    readonly file: string;
    readonly jumps: readonly {
      readonly tool: string;
      readonly table: string;
      readonly hook: string;
      readonly chain: string;
    }[];
  }[];
};

/** The chains of one family, and the fragment that keeps them. */
export type Fragment = {
  readonly tool: 'iptables' | 'ip6tables';
  readonly file: string;
  readonly chains: readonly NetfilterChain[];
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

/** One restore per fragment, and one jump per chain. */
export function unitView(fragments: readonly Fragment[]): UnitView {
  return {
    file: fragments[0]?.file ?? '',
    families: fragments.map(({ tool, file, chains }) => ({
      ...{ tool, file },
      jumps: chains.map(({ table, hook, name }) => ({ tool, table, hook, chain: name })),
    })),
  };
}
