import type { Family } from '../../domain/address.ts';
import type { HostFacts } from '../../domain/facts.ts';
import type { NetfilterChain } from '../../domain/netfilter.ts';
import type { HostSpec } from '../../schema/host-spec.ts';
import { sortChains } from '../sort-state.ts';

/** What makes the chains of a host. The inventory's word first; else iptables, which kube-proxy needs most often, where it works. */
export function netfilterTool({ netfilter }: HostSpec, facts: HostFacts | null): 'iptables' | 'nftables' {
  if (netfilter !== 'auto') return netfilter;
  return facts !== null && faultOf('iptables', facts) !== null && faultOf('nft', facts) === null
    ? 'nftables'
    : 'iptables';
}

/** What the host lacks to carry out `what` by the tool it is to use; or null. */
export function toolTrouble(
  what: string,
  family: Family,
  { spec, facts }: { readonly spec: HostSpec; readonly facts: HostFacts },
): { readonly message: string; readonly hint: string } | null {
  const nft = faultOf('nft', facts);
  if (netfilterTool(spec, facts) === 'nftables')
    return nft === null
      ? null
      : {
          message: `${what} by netfilter: nftables needs nft${becauseOf([nft])}`,
          hint: nft.says === null ? 'install the package nftables' : 'netfilter: iptables; or a kernel with nf_tables',
        };
  const iptables = faultOf('iptables', facts);
  if (iptables !== null)
    return {
      message: `${what} needs iptables or nft${becauseOf(nft === null ? [iptables] : [iptables, nft])}`,
      hint:
        iptables.says === null
          ? 'install the package iptables, or nftables'
          : 'a kernel with nf_tables; or the legacy variant of iptables, where kube-proxy uses it too',
    };
  if (family === 'ipv4' || facts.netfilterFaults?.ip6tables === undefined) return null;
  return {
    message: `${what} needs ip6tables for IPv6, which the host has not`,
    hint: 'install the package iptables, or what has ip6tables here; or say netfilter: nftables',
  };
}

/** Why a tool is of no use on a host, `says` by its own words or, null, because it is not there; null where it works. */
function faultOf(tool: 'iptables' | 'nft', { iptables, programs, netfilterFaults = {} }: HostFacts): Fault | null {
  const isThere = tool === 'iptables' ? iptables !== null : programs.includes('nft');
  if (!isThere) return { tool, says: null };
  const says = netfilterFaults[tool];
  return says === undefined ? null : { tool, says };
}

type Fault = { readonly tool: string; readonly says: string | null };

function becauseOf(faults: readonly Fault[]): string {
  if (faults.every(({ says }) => says === null)) return ', which the host has not';
  const reasons = faults.map(({ tool, says }) =>
    says === null ? `${tool} is not there` : `${tool} does not work: ${says}`,
  );
  return `, and ${reasons.join('; ')}`;
}

/** Chains for the tool of a host, sorted. A chain of nft is for both families at once. */
export function chainsFor(tool: 'iptables' | 'nftables', chains: readonly NetfilterChain[]): readonly NetfilterChain[] {
  const sorted = sortChains(chains);
  if (tool === 'iptables') return sorted.map((chain) => ({ ...chain, rules: chain.rules.map(withoutAnywhere) }));
  const named = sortChains(sorted.map((chain) => ({ ...chain, family: 'ipv4', tool: 'nft' })));
  return named.map((chain) => {
    const ofBoth = sorted.filter(({ table, name }) => table === chain.table && name === chain.name);
    return { ...chain, rules: mergeRules(ofBoth.flatMap(({ rules }) => rules)) };
  });
}

/** As iptables-save prints a rule to every address of a family. In nft's table of both, that address tells the family. */
function withoutAnywhere(rule: string): string {
  return rule.replace(/^-d (?:0\.0\.0\.0|::)\/0 /, '');
}

/** Rules that name an address first, as in the chains of one family; the others are the same for both. */
function mergeRules(rules: readonly string[]): readonly string[] {
  // What spares neighbor discovery is of no concern to IPv4.
  const common = rules.map((rule) => rule.replace(/^(-i \S+) -m rpfilter/, '$1 ! -p ipv6-icmp -m rpfilter'));
  const hasAddress = (rule: string) => rule.startsWith('-d ');
  return [...new Set([...common.filter(hasAddress), ...common.filter((rule) => !hasAddress(rule))])];
}
