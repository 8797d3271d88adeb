import type { NetfilterChain } from '../domain/netfilter.ts';
import { fromNftRule } from '../domain/nft-rule.ts';
import type { RunningChain } from '../domain/observed.ts';

/** Parses `nft list table inet mlbroute`. A rule that mlbroute does not make is kept as it is printed, so that it differs from every wanted one. */
export function parseNftChains(text: string): readonly RunningChain[] {
  return Array.from(text.matchAll(/^\tchain (\S+) \{\n([\s\S]*?)^\t\}/gm), ([, name = '', body = '']) => {
    const lines = body.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
    const [, hook, priority] = /hook (\w+) priority (\S+);/.exec(lines[0] ?? '') ?? [];
    return {
      ...({ family: 'ipv4', tool: 'nft', name } as const),
      table: priority === 'raw' || priority === '-300' ? 'raw' : 'mangle',
      hook: hookOf(hook),
      rules: lines
        .slice(hook === undefined ? 0 : 1)
        .map((line) => fromNftRule(line) ?? line.replaceAll(/ packets \d+ bytes \d+/g, '')),
    };
  });
}

function hookOf(hook: string | undefined): NetfilterChain['hook'] | null {
  if (hook === 'prerouting') return 'PREROUTING';
  return hook === 'output' ? 'OUTPUT' : null;
}
