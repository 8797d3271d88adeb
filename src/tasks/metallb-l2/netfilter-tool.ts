import type { HostFacts } from '../../domain/facts.ts';
import type { NetfilterChain } from '../../domain/netfilter.ts';
import type { HostSpec } from '../../schema/host-spec.ts';

/** What makes the chains of a host. The inventory's word first; else iptables, which kube-proxy needs most often, where it is there. */
export function netfilterTool({ netfilter }: HostSpec, facts: HostFacts | null): 'iptables' | 'nftables' {
  if (netfilter !== 'auto') return netfilter;
  return facts !== null && facts.iptables === null && facts.programs.includes('nft') ? 'nftables' : 'iptables';
}

/** Chains for the tool of a host. */
export function chainsFor(tool: 'iptables' | 'nftables', chains: readonly NetfilterChain[]): readonly NetfilterChain[] {
  return tool === 'iptables' ? chains : chains.map((chain) => ({ ...chain, tool: 'nft' }));
}
