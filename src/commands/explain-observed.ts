import { addressAt, type Cidr, cidrContains, familyOf, type IpAddress } from '../domain/address.ts';
import type { HostFacts } from '../domain/facts.ts';
import type { InterfaceName } from '../domain/link.ts';
import type { Observed } from '../domain/observed.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { mainTable } from '../domain/routing.ts';
import type { KernelAnswer } from '../kernel/kernel-answer.ts';
import type { KernelRoute, KernelState } from '../kernel/kernel-state.ts';
import { lookUp } from '../kernel/look-up.ts';
import type { NodeModel, PodPlace } from '../kernel/node-model.ts';
import type { HostSpec } from '../schema/host-spec.ts';
import {
  assumedPodDevice,
  assumedPods,
  localRoute,
  type ModelledNode,
  podNetwork,
  podRoute,
} from './explain-assumed.ts';
import { type Question, requestDevice } from './explain-question.ts';

const untouched = { rpFilter: 0, usesMark: false, acceptsLocal: false, forwards: false };

/** The node as it is now. Pods are found by its routes; one is made up, and said to be, where none is found. The error is half a sentence. */
export function observedNode(
  { facts, running }: Observed,
  answer: KernelAnswer,
  options: { readonly spec: HostSpec; readonly question: Question; readonly serviceProxy: NodeModel['serviceProxy'] },
): Result<ModelledNode, string> {
  const { spec, question, serviceProxy } = options;
  const vip = question.packet.from;
  const device = question.network === null || !question.isService ? null : requestDevice(question.network);
  const isMissing = device !== null && !facts.interfaces.some(({ name }) => name === device);
  const base = kernelState(facts, answer, isMissing ? [device] : []);
  const uplink = uplinkOf(base, facts, question);
  if (uplink === null) return err(`it has no address of the family of ${vip}`);
  const madeUp = assumedPods(podNetwork(spec, familyOf(vip)), uplink.device);
  const pods = findPods(base.routes, facts, spec.podCidrs);
  const localPod = pods.local ?? madeUp.localPod;
  const isServed = lookUp(base, { from: null, to: vip, iif: null, oif: null, mark: 0 }).verdict;
  const lacksVip = serviceProxy === 'ipvs' && !(isServed.kind === 'route' && isServed.route.type === 'local');
  const kernel = {
    ...base,
    routes: [
      ...base.routes,
      ...(pods.local === null ? [podRoute(localPod)] : []),
      ...(lacksVip ? [localRoute(vip, uplink.device)] : []),
    ],
  };
  return ok({
    node: {
      ...{ kernel, serviceProxy, localPod, nodeAddress: uplink.address },
      chains: running.chains.flatMap((chain) => (chain.hook === null ? [] : [{ ...chain, hook: chain.hook }])),
      remotePod: pods.remote ?? madeUp.remotePod,
    },
    assumptions: [
      ...(pods.local === null
        ? [`a pod of this node is ${localPod.address} behind ${localPod.device}: no route shows a real one`]
        : []),
      ...(pods.remote === null
        ? [`a pod of another node is ${madeUp.remotePod.address} by ${uplink.device}: no route shows a real one`]
        : []),
      ...(lacksVip ? [`${vip} is the address of a service: it is not up on kube-ipvs0 now`] : []),
      ...(isMissing ? [`requests come in on ${device}, which the node does not have now`] : []),
      'chains of others leave the marks alone',
    ],
  });
}

/** `made` are devices that are not there, with the settings they would start with. */
function kernelState(
  { interfaces }: HostFacts,
  { rules, routes, settings, forwardsIpv6 }: KernelAnswer,
  made: readonly InterfaceName[],
): KernelState {
  const [all, initial] = [settings.all ?? untouched, settings.default ?? untouched];
  return {
    ...{ rules, routes, all, forwardsIpv6 },
    devices: [
      ...interfaces.map(({ name, addresses }) => ({
        ...(settings[name] ?? initial),
        name,
        hasIpv4Address: addresses.some(({ address }) => familyOf(address) === 'ipv4'),
      })),
      ...made.map((name) => ({ ...initial, name, hasIpv4Address: false })),
      // Where a pod is made up, so is its device.
      { ...initial, name: assumedPodDevice, hasIpv4Address: false, forwards: true },
    ],
  };
}

/** The device of main's default route, and the node's address there; else any other of its own. Null where there is none. */
function uplinkOf({ routes }: KernelState, { interfaces }: HostFacts, { packet }: Question): PodPlace | null {
  const family = familyOf(packet.from);
  const ofFamily = (address: IpAddress) => familyOf(address) === family;
  const isNodes = (name: string) => name !== 'lo' && name !== 'kube-ipvs0';
  const defaults = routes.filter(
    (route) => route.family === family && route.table === mainTable && route.destination === 'default',
  );
  const names: readonly string[] = [
    ...[...defaults].sort((a, b) => a.metric - b.metric).flatMap(({ nextHops }) => nextHops.map((hop) => hop.device)),
    ...interfaces.map(({ name }) => name).filter(isNodes),
  ];
  const withAddress = names
    .flatMap((name) => interfaces.filter((each) => each.name === name))
    .find(({ addresses }) => addresses.some(({ address }) => ofFamily(address)));
  const address = withAddress?.addresses.map((each) => each.address).find(ofFamily);
  return withAddress === undefined || address === undefined ? null : { device: withAddress.name, address };
}

/** A pod here is behind a route without a gateway (veth, bridge); one elsewhere behind a gateway or a tunnel. */
function findPods(
  routes: readonly KernelRoute[],
  { interfaces }: HostFacts,
  podCidrs: readonly Cidr[],
): { readonly local: PodPlace | null; readonly remote: PodPlace | null } {
  const places = routes.flatMap((route) => {
    const [hop] = route.nextHops;
    const { destination, table, type } = route;
    if (hop === undefined || table !== mainTable || type !== 'unicast' || destination === 'default') return [];
    if (!podCidrs.some((cidr) => cidrContains(cidr, destination))) return [];
    const kind = interfaces.find(({ name }) => name === hop.device)?.kind ?? null;
    const isHere = hop.gateway === null && (kind === 'veth' || kind === 'bridge');
    return [{ isHere, place: { address: addressAt(destination, 2), device: hop.device } }];
  });
  return {
    local: places.find(({ isHere }) => isHere)?.place ?? null,
    remote: places.find(({ isHere }) => !isHere)?.place ?? null,
  };
}
