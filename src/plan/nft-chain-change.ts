import type { Command } from '../domain/command.ts';
import { nftHook, nftRules, nftTable } from '../domain/nft-chain.ts';
import type { RunningChain } from '../domain/observed.ts';

/** The commands that lead from one state of a chain of nft to another, in one step; null is a chain that is not there. */
export function nftChange(from: RunningChain | null, to: RunningChain | null): readonly Command[] {
  if (to === null) return from === null ? [] : remove(from.name);
  const { name, hook, table } = to;
  const lines = [
    `add table ${nftTable}`,
    // A chain cannot be hung elsewhere; one that was made otherwise goes first.
    ...(from !== null && (from.hook !== hook || from.table !== table) ? [`delete chain ${nftTable} ${name}`] : []),
    `add chain ${nftTable} ${name}${hook === null ? '' : ` { ${nftHook({ hook, table })} }`}`,
    `flush chain ${nftTable} ${name}`,
    ...nftRules({ rules: to.rules }).map((rule) => `add rule ${nftTable} ${name} ${rule}`),
    '',
  ];
  return [{ argv: ['nft', '-f', '/dev/stdin'], why: 'the chain as a whole, in one step', stdin: lines.join('\n') }];
}

function remove(name: string): readonly Command[] {
  const leave = `nft list table ${nftTable} | grep -q 'chain ' || nft delete table ${nftTable}`;
  return [
    { argv: ['nft', 'delete', 'chain', ...nftTable.split(' '), name], why: 'nobody wants it any more', stdin: null },
    { argv: ['sh', '-c', leave], why: 'no table without chains', stdin: null },
  ];
}
