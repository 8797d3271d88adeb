import type { Way } from '../domain/explanation.ts';
import type { Connection } from './connection.ts';
import type { NodeModel } from './node-model.ts';
import { openWay, type WayBuilder } from './way-builder.ts';

/** The way of the reply to a request that left its connection with this mark. */
export function replyWay(node: NodeModel, connection: Connection, connmark: number): Way {
  const { pod, client, isMasqueraded } = connection;
  const way = openWay(node, {
    from: pod?.address ?? node.nodeAddress,
    // The pod answers whom it saw.
    to: isMasqueraded ? node.nodeAddress : client,
    iif: pod?.device ?? null,
    direction: 'reply',
    mark: 0,
    connmark,
  });
  if (node.serviceProxy === 'cilium') throughCilium(way, connection);
  else if (pod === null) fromTheNode(way, node, connection);
  else fromPod(way, node, connection);
  return way.end(() => false);
}

function fromPod(way: WayBuilder, { serviceProxy }: NodeModel, { vip, client, isMasqueraded }: Connection): void {
  way.chains('raw', 'PREROUTING');
  way.conntrack();
  way.chains('mangle', 'PREROUTING');
  if (isMasqueraded) way.rewrite({ at: 'nat PREROUTING', by: 'un-masquerade' }, { to: client });
  way.route('came-in', vip);
  way.checkSource();
  if (serviceProxy === 'ipvs') backThroughIpvs(way, { vip });
  // A reply gets its source back after it is routed, and is not routed again (nf_nat_packet, HOOK2MANIP).
  else way.rewrite({ at: 'nat POSTROUTING', by: 'un-service' }, { from: vip });
}

function fromTheNode(way: WayBuilder, { serviceProxy }: NodeModel, { vip }: Connection): void {
  way.route('sent', vip);
  way.chains('raw', 'OUTPUT');
  way.conntrack();
  const { mark } = way.packet();
  way.chains('mangle', 'OUTPUT');
  // The mangle table has a packet routed again whose mark it changed (ipt_mangle_out).
  if (way.packet().mark !== mark) way.route('marked', vip);
  if (serviceProxy === 'ipvs') backThroughIpvs(way, { vip });
  else way.rewrite({ at: 'nat POSTROUTING', by: 'un-service' }, { from: vip });
}

/** IPVS puts the service's address back and routes again, as if the node itself sent it (ip_vs_route_me_harder, net.ipv4.vs.snat_reroute=1). */
function backThroughIpvs(way: WayBuilder, { vip }: Pick<Connection, 'vip'>): void {
  way.rewrite({ at: 'IPVS', by: 'un-service' }, { from: vip });
  way.route('rewritten');
}

/** Cilium puts the service's address back on the device and asks the kernel for the route with it (nodeport_rev_dnat_fwd_ipv4). */
function throughCilium(way: WayBuilder, { vip, client }: Connection): void {
  way.rewrite({ at: 'Cilium', by: 'un-service' }, { from: vip, to: client });
  way.route('rewritten');
}
