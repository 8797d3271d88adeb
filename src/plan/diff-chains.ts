import type { RuntimeChange } from '../domain/change.ts';
import type { Command } from '../domain/command.ts';
import { iptablesOf, type NetfilterChain } from '../domain/netfilter.ts';
import type { RunningChain } from '../domain/observed.ts';
import { nftChange } from './nft-chain-change.ts';

/** Compares the chains that mlbroute owns, as wholes. Every chain of a table changes in one atomic `iptables-restore --noflush`. */
export function diffChains(
  desired: readonly NetfilterChain[],
  running: readonly RunningChain[],
): readonly RuntimeChange[] {
  const changed = desired.flatMap((after) => {
    const before = running.find((chain) => isSameChain(chain, after));
    return before !== undefined && before.hook === after.hook && sameRules(before, after)
      ? []
      : [change(before, after)];
  });
  const gone = running
    .filter((chain) => !desired.some((after) => isSameChain(chain, after)))
    .map((chain) => change(chain, undefined));
  return [...changed, ...gone].sort((a, b) => (a.words < b.words ? -1 : 1));
}

/** Exactly one of the two may be missing. */
function change(before: RunningChain | undefined, after: NetfilterChain | undefined): RuntimeChange {
  const chain = after ?? before;
  if (chain === undefined) throw new Error('a chain that neither was nor shall be');
  return {
    sign: before === undefined ? '+' : after === undefined ? '-' : '~',
    subject: 'chain',
    words: `chain ${chain.name} in ${chain.tool === 'nft' ? 'nft, ' : ''}${chain.table}${chain.family === 'ipv6' ? ' (IPv6)' : ''}${after === undefined ? '' : ` from ${after.hook}, ${after.rules.length === 1 ? '1 rule' : `${after.rules.length} rules`}`}`,
    ...commands(before, after, chain),
  };
}

function commands(
  before: RunningChain | undefined,
  after: NetfilterChain | undefined,
  chain: RunningChain,
): Pick<RuntimeChange, 'apply' | 'undo'> {
  if (chain.tool === 'nft')
    return { apply: nftChange(before ?? null, after ?? null), undo: nftChange(after ?? null, before ?? null) };
  return {
    apply: after === undefined ? remove(chain) : [restore(before, after)],
    undo:
      before === undefined ? remove(chain) : [...(after === undefined ? unhook(chain) : []), restore(after, before)],
  };
}

/** One atomic restore that leads from one state of a chain to another. */
function restore(from: RunningChain | undefined, to: RunningChain): Command {
  const { name, table } = to;
  // Declaring a chain under --noflush empties just this chain (iptables-restore(8)).
  const lines = [
    `*${table}`,
    `:${name} - [0:0]`,
    ...(from?.hook != null && from.hook !== to.hook ? [`-D ${from.hook} -j ${name}`] : []),
    ...to.rules.map((rule) => `-A ${name} ${rule}`),
    ...(to.hook !== null && to.hook !== from?.hook ? [`-I ${to.hook} 1 -j ${name}`] : []),
    'COMMIT',
    '',
  ];
  return {
    argv: [`${iptablesOf(to.family)}-restore`, '-w', '10', '--noflush'],
    why: 'the chain as a whole, in one step',
    stdin: lines.join('\n'),
  };
}

/** Step by step, so that a chain of which a part is gone already can still be removed. */
function remove(chain: RunningChain): readonly Command[] {
  const iptables = (why: string, ...words: readonly string[]): Command => ({
    argv: [iptablesOf(chain.family), '-w', '10', '-t', chain.table, ...words],
    why,
    stdin: null,
  });
  return [...unhook(chain), iptables('empty it', '-F', chain.name), iptables('delete it', '-X', chain.name)];
}

/** Before a jump is put back, too: where its removal never came, it would be there twice. */
function unhook(chain: RunningChain): readonly Command[] {
  const { name, table, hook } = chain;
  const argv = [iptablesOf(chain.family), '-w', '10', '-t', table, '-D', hook ?? '', '-j', name];
  return hook === null ? [] : [{ argv, why: 'nothing jumps to it', stdin: null }];
}

function isSameChain(a: RunningChain, b: RunningChain): boolean {
  return a.name === b.name && a.table === b.table && a.family === b.family && a.tool === b.tool;
}

function sameRules(a: RunningChain, b: NetfilterChain): boolean {
  return a.rules.length === b.rules.length && a.rules.every((rule, i) => rule === b.rules[i]);
}
