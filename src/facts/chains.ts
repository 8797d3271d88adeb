import type { Family } from '../domain/address.ts';
import type { NetfilterChain } from '../domain/netfilter.ts';
import type { RunningChain } from '../domain/observed.ts';

const tables = ['raw', 'mangle', 'nat', 'filter'] as const;

/**
 * Parses the lines of `iptables-save -t mangle` and other tables, or of `ip6tables-save`, that name a chain `MLBROUTE-…`: tables, declarations, jumps and rules. Without
 * the line of a table it is mangle. Source: iptables-save(8).
 */
export function parseChains(text: string, family: Family): readonly RunningChain[] {
  return text.split(/^\*/m).flatMap((part, i) => {
    const lines = part.split('\n');
    const table = tables.find((name) => i > 0 && lines[0] === name) ?? 'mangle';
    return chainsOf(lines, { family, table });
  });
}

function chainsOf(lines: readonly string[], place: Pick<NetfilterChain, 'family' | 'table'>): readonly RunningChain[] {
  return lines
    .flatMap((line) => /^:(MLBROUTE-\S+) /.exec(line)?.[1] ?? [])
    .map((name) => ({
      ...place,
      name,
      hook: hookOf(lines, name),
      rules: lines.filter((line) => line.startsWith(`-A ${name} `)).map((line) => line.slice(`-A ${name} `.length)),
    }));
}

function hookOf(lines: readonly string[], name: string): NetfilterChain['hook'] | null {
  for (const hook of ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const) {
    if (lines.includes(`-A ${hook} -j ${name}`)) return hook;
  }
  return null;
}
