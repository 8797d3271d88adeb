import type { Way } from '../domain/explanation.ts';
import type { Connection } from './connection.ts';
import type { NodeModel } from './node-model.ts';
import { openWay, type WayBuilder } from './way-builder.ts';

/** What kube-proxy marks a packet with that is to be masqueraded (`iptables.masqueradeBit` 14). */
const masqueradeMark = 0x4000;

/** The way of a connection's first packet, and the connection's mark after it. */
export function requestWay(node: NodeModel, connection: Connection): { readonly way: Way; readonly connmark: number } {
  const { client, vip, device, pod } = connection;
  const way = openWay(node, { from: client, to: vip, iif: device, direction: 'original', mark: 0, connmark: 0 });
  if (node.serviceProxy === 'cilium') throughCilium(way, node, connection);
  else {
    way.chains('raw', 'PREROUTING');
    way.conntrack();
    way.chains('mangle', 'PREROUTING');
    if (node.serviceProxy === 'ipvs') throughIpvs(way, node, connection);
    else throughNat(way, node, connection);
  }
  const isPod = (leavesBy: string) => leavesBy === node.localPod.device && pod === node.localPod;
  return { way: way.end(isPod), connmark: way.packet().connmark };
}

/** kube-proxy in iptables or nftables mode: the destination is the pod before anything is routed. */
function throughNat(way: WayBuilder, node: NodeModel, { pod, isMasqueraded }: Connection): void {
  const to = pod?.address ?? node.nodeAddress;
  const { mark } = way.packet();
  const marked = isMasqueraded ? { mark: (mark | masqueradeMark) >>> 0 } : {};
  way.rewrite({ at: 'nat PREROUTING', by: 'service' }, { to, ...marked });
  way.route('came-in');
  way.checkSource();
  if (isMasqueraded) way.rewrite({ at: 'nat POSTROUTING', by: 'masquerade' }, { from: node.nodeAddress });
}

/** kube-proxy in ipvs mode: the address is the node's own (kube-ipvs0), and IPVS takes over what is delivered to it. */
function throughIpvs(way: WayBuilder, node: NodeModel, { pod, isMasqueraded }: Connection): void {
  const { mark } = way.packet();
  if (isMasqueraded) way.rewrite({ at: 'nat PREROUTING', by: 'nobody' }, { mark: (mark | masqueradeMark) >>> 0 });
  way.route('came-in');
  way.checkSource();
  way.rewrite({ at: 'IPVS', by: 'service' }, { to: pod?.address ?? node.nodeAddress });
  if (pod === null) return;
  // IPVS sends it through LOCAL_OUT, where nat sees that the destination is not the connection's and has it routed again
  // (nf_nat_ipv4_local_fn), this time with the client as its source.
  way.chains('mangle', 'OUTPUT');
  way.route('rewritten');
  if (isMasqueraded) way.rewrite({ at: 'nat POSTROUTING', by: 'masquerade' }, { from: node.nodeAddress });
}

/** Cilium in place of kube-proxy: its programs on the device rewrite the packet before netfilter sees it. */
function throughCilium(way: WayBuilder, node: NodeModel, { pod, isMasqueraded }: Connection): void {
  const from = isMasqueraded ? { from: node.nodeAddress } : {};
  way.rewrite({ at: 'Cilium', by: 'service' }, { to: pod?.address ?? node.nodeAddress, ...from });
  way.route('came-in');
  if (pod === null) way.checkSource();
}
