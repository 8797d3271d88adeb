import type { HostFacts } from '../../domain/facts.ts';
import type { NetfilterChain } from '../../domain/netfilter.ts';
import type { HostSpec } from '../../schema/host-spec.ts';
import { sortChains } from '../sort-state.ts';

/** What makes the chains of a host. The inventory's word first; else iptables, which kube-proxy needs most often, where it is there. */
export function netfilterTool({ netfilter }: HostSpec, facts: HostFacts | null): 'iptables' | 'nftables' {
  if (netfilter !== 'auto') return netfilter;
  return facts !== null && facts.iptables === null && facts.programs.includes('nft') ? 'nftables' : 'iptables';
}

/** Chains for the tool of a host, sorted. A chain of nft is for both families at once. */
export function chainsFor(tool: 'iptables' | 'nftables', chains: readonly NetfilterChain[]): readonly NetfilterChain[] {
  const sorted = sortChains(chains);
  if (tool === 'iptables') return sorted;
  const named = sortChains(sorted.map((chain) => ({ ...chain, family: 'ipv4', tool: 'nft' })));
  return named.map((chain) => {
    const ofBoth = sorted.filter(({ table, name }) => table === chain.table && name === chain.name);
    return { ...chain, rules: mergeRules(ofBoth.flatMap(({ rules }) => rules)) };
  });
}

/** Rules that name an address first, as in the chains of one family; the others are the same for both. */
function mergeRules(rules: readonly string[]): readonly string[] {
  // What spares neighbor discovery is of no concern to IPv4.
  const common = rules.map((rule) => rule.replace(/^(-i \S+) -m rpfilter/, '$1 ! -p ipv6-icmp -m rpfilter'));
  const hasAddress = (rule: string) => rule.startsWith('-d ');
  return [...new Set([...common.filter(hasAddress), ...common.filter((rule) => !hasAddress(rule))])];
}
