import type { NetfilterChain } from '../domain/netfilter.ts';
import type { RunningChain } from '../domain/observed.ts';

/** Parses the lines of `iptables-save -t mangle` that name a chain `MLBROUTE-…`: declarations, jumps and rules. Source: iptables-save(8). */
export function parseChains(text: string): readonly RunningChain[] {
  const lines = text.split('\n');
  return lines
    .flatMap((line) => /^:(MLBROUTE-\S+) /.exec(line)?.[1] ?? [])
    .map((name) => ({
      family: 'ipv4' as const,
      table: 'mangle' as const,
      name,
      hook: hookOf(lines, name),
      rules: lines.filter((line) => line.startsWith(`-A ${name} `)).map((line) => line.slice(`-A ${name} `.length)),
    }));
}

function hookOf(lines: readonly string[], name: string): NetfilterChain['hook'] | null {
  for (const hook of ['PREROUTING', 'OUTPUT'] as const) {
    if (lines.includes(`-A ${hook} -j ${name}`)) return hook;
  }
  return null;
}
