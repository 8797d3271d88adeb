import type { HostFacts, ObservedInterface } from '../domain/facts.ts';

/**
 * Tells who serves service addresses on a host, from its interfaces and from nat PREROUTING and the nft tables. Order matters: in IPVS
 * mode kube-proxy keeps its iptables chain too, and Cilium can run beside either.
 */
export function findServiceProxy(
  interfaces: readonly ObservedInterface[],
  natAndNft: string,
): HostFacts['serviceProxy'] {
  const names = interfaces.map(({ name }) => String(name));
  if (names.includes('kube-ipvs0')) return { kind: 'ipvs', evidence: 'interface kube-ipvs0' };
  if (/-j KUBE-SERVICES\b/.test(natAndNft)) return { kind: 'iptables', evidence: 'chain KUBE-SERVICES in nat' };
  if (/^table ip kube-proxy$/m.test(natAndNft)) return { kind: 'nftables', evidence: 'table ip kube-proxy' };
  if (names.includes('cilium_host')) return { kind: 'cilium', evidence: 'interface cilium_host and no kube-proxy' };
  return { kind: 'none', evidence: 'no kube-ipvs0, KUBE-SERVICES, table ip kube-proxy or cilium_host' };
}
