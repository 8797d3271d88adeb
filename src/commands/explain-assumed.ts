import { addressAt, type Cidr, type Family, familyOf, type IpAddress } from '../domain/address.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import type { InterfaceName } from '../domain/link.ts';
import { mainTable } from '../domain/routing.ts';
import { applyDesired } from '../kernel/apply-desired.ts';
import { localTable, standardRules } from '../kernel/from-domain.ts';
import type { KernelRoute, KernelState } from '../kernel/kernel-state.ts';
import type { NodeModel, PodPlace } from '../kernel/node-model.ts';
import type { HostSpec } from '../schema/host-spec.ts';
import { type Question, requestDevice } from './explain-question.ts';

/** A node with what was taken for granted about it, a sentence each. */
export type ModelledNode = { readonly node: NodeModel; readonly assumptions: readonly string[] };

/** A name that no real device of a node is likely to have. */
export const assumedPodDevice = 'pod0' as InterfaceName;

const ipvsDevice = 'kube-ipvs0' as InterfaceName;
const untouched = { rpFilter: 0, usesMark: false, acceptsLocal: false, forwards: true };

/** The node as it would be after a push, where nobody asked it: an ordinary one, with the addresses the inventory knows and made-up ones where it knows none. */
export function assumedNode(
  spec: HostSpec,
  state: DesiredState,
  { question, serviceProxy }: { readonly question: Question; readonly serviceProxy: NodeModel['serviceProxy'] },
): ModelledNode {
  const family = familyOf(question.packet.to);
  const subnet = nodeSubnet(spec, family);
  const uplink = uplinkOf(question);
  const [gateway, nodeAddress, otherNode] = [addressAt(subnet, 1), addressAt(subnet, 10), addressAt(subnet, 11)];
  const { localPod, remotePod } = assumedPods(podNetwork(spec, family), uplink);
  const base: KernelState = {
    rules: standardRules(family),
    routes: [
      localRoute(nodeAddress, uplink),
      linkRoute(subnet, uplink),
      { ...linkRoute('default', uplink, family), nextHops: [{ device: uplink, gateway, onlink: false }] },
      podRoute(localPod),
      { ...podRoute(remotePod), nextHops: [{ device: uplink, gateway: otherNode, onlink: false }] },
      ...(serviceProxy === 'ipvs' ? [localRoute(question.packet.from, ipvsDevice)] : []),
    ],
    devices: [...new Set([uplink, assumedPodDevice, ...deviceLinks(spec)])].map((name) => ({
      ...untouched,
      name,
      hasIpv4Address: name === uplink,
    })),
    all: untouched,
    forwardsIpv6: true,
  };
  return {
    node: {
      kernel: applyDesired(base, state, { owned: { rules: [], routes: [] }, newDevice: untouched }),
      ...{ chains: state.chains, serviceProxy, nodeAddress, localPod, remotePod },
    },
    assumptions: [
      `${uplink} has the address ${nodeAddress}, and the default route by ${gateway}`,
      `a pod of this node is ${localPod.address} behind ${localPod.device}, one of another node is ${remotePod.address} by ${otherNode}`,
      'it forwards, rp_filter is 0 unless the desired state sets it, and src_valid_mark is 0',
      'nobody else has rules, routes or marks here that concern these packets',
      ...otherLinks(spec, uplink).map((name) => `${name} has no address`),
    ],
  };
}

/** Made-up pods of a network: one here, one on another node. */
export function assumedPods(pods: Cidr, uplink: InterfaceName): Pick<NodeModel, 'localPod' | 'remotePod'> {
  return {
    localPod: { address: addressAt(pods, 2), device: assumedPodDevice },
    // 256 further on: nodes most often get a /24 each.
    remotePod: { address: addressAt(pods, 256 + 2), device: uplink },
  };
}

/** The network of the pods: the inventory's, else a common one (kubeadm's example, flannel's default). */
export function podNetwork({ podCidrs }: HostSpec, family: Family): Cidr {
  const usual = family === 'ipv4' ? '10.244.0.0/16' : 'fd00:10:244::/56';
  return podCidrs.find((cidr) => familyOf(cidr) === family) ?? (usual as Cidr);
}

/** A route to a pod on its device. */
export function podRoute({ address, device }: PodPlace): KernelRoute {
  return linkRoute(hostCidr(address), device);
}

/** The route of an address of the node itself. IPVS makes one for each service. */
export function localRoute(address: IpAddress, device: InterfaceName): KernelRoute {
  return { ...linkRoute(hostCidr(address), device), table: localTable, metric: 0, type: 'local' };
}

function linkRoute(destination: KernelRoute['destination'], device: InterfaceName, ofFamily?: Family): KernelRoute {
  const family = ofFamily ?? (destination === 'default' ? 'ipv4' : familyOf(destination));
  return {
    family,
    table: mainTable,
    destination,
    metric: family === 'ipv4' ? 0 : 256,
    type: 'unicast',
    nextHops: [{ device, gateway: null, onlink: false }],
  };
}

function hostCidr(address: IpAddress): Cidr {
  return `${address}/${familyOf(address) === 'ipv4' ? 32 : 128}` as Cidr;
}

/** Addresses for documentation (RFC 5737, RFC 3849) where the inventory names no network of the nodes. */
function nodeSubnet({ nodeCidrs }: HostSpec, family: Family): Cidr {
  const documentation = family === 'ipv4' ? '192.0.2.0/24' : '2001:db8::/64';
  return nodeCidrs?.find((cidr) => familyOf(cidr) === family) ?? (documentation as Cidr);
}

/** Where the default route is: on the parent of the network's VLAN, else on eth0 as on most nodes. */
function uplinkOf({ network }: Question): InterfaceName {
  return network?.link.kind === 'vlan' ? network.link.parent : ('eth0' as InterfaceName);
}

function deviceLinks({ networks }: HostSpec): readonly InterfaceName[] {
  return networks.flatMap((network) => (network.link.kind === 'device' ? [requestDevice(network)] : []));
}

function otherLinks(spec: HostSpec, uplink: InterfaceName): readonly InterfaceName[] {
  return deviceLinks(spec).filter((name) => name !== uplink);
}
