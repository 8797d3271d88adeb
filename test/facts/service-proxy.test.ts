import { describe, expect, it } from 'vitest';
import { findServiceProxy } from '../../src/facts/service-proxy.ts';
import { iface } from '../tasks/example-host.ts';

const iptables =
  '-P PREROUTING ACCEPT\n-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES\n';
const nftables = 'table ip mangle\ntable ip kube-proxy\ntable ip6 kube-proxy\n';

describe('findServiceProxy', () => {
  it.each<[string, readonly string[], string, string]>([
    ['nothing', ['lo', 'eth0'], '-P PREROUTING ACCEPT\ntable ip nat\n', 'none'],
    ['the chain in nat', ['eth0'], iptables, 'iptables'],
    ['the nft table', ['eth0'], nftables, 'nftables'],
    ['only the IPv6 nft table', ['eth0'], 'table ip6 kube-proxy\n', 'none'],
    ['a table whose name goes on', ['eth0'], 'table ip kube-proxy-old\n', 'none'],
    ['a chain whose name goes on', ['eth0'], '-A PREROUTING -j KUBE-SERVICES_OLD\n', 'none'],
    ['the IPVS interface', ['eth0', 'kube-ipvs0'], '', 'ipvs'],
    ['the IPVS interface beside the chain that IPVS mode keeps', ['kube-ipvs0'], iptables, 'ipvs'],
    ['Cilium alone', ['cilium_host', 'cilium_net'], '', 'cilium'],
    ['Cilium beside kube-proxy in iptables mode', ['cilium_host'], iptables, 'iptables'],
    ['Cilium beside kube-proxy in nftables mode', ['cilium_host'], nftables, 'nftables'],
    ['a chain left over beside the nft table', ['eth0'], iptables + nftables, 'iptables'],
  ])('takes %s for its sign', (_, names, natAndNft, kind) => {
    const found = findServiceProxy(
      names.map((name) => iface(name)),
      natAndNft,
    );
    expect(found.kind).toBe(kind);
    expect(found.evidence).not.toBe('');
  });
});
