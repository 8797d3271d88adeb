import type { IpAddress } from '../domain/address.ts';
import type { ServiceProxy } from '../domain/facts.ts';
import type { InterfaceName } from '../domain/link.ts';
import type { NetfilterChain } from '../domain/netfilter.ts';
import type { KernelState } from './kernel-state.ts';

/** A node as far as it decides about the way of a service's packets. */
export type NodeModel = {
  readonly kernel: KernelState;
  /** Those of mlbroute, in the order they are called. Others are taken to leave marks alone. */
  readonly chains: readonly NetfilterChain[];
  readonly serviceProxy: ServiceProxy;
  /** What masquerading puts in as the source, and what pods in the host's network answer from. */
  readonly nodeAddress: IpAddress;
  readonly localPod: PodPlace;
  /** A pod of another node, and the device that leads there. */
  readonly remotePod: PodPlace;
};

/** A pod and the device of the node that leads to it. */
export type PodPlace = { readonly address: IpAddress; readonly device: InterfaceName };
