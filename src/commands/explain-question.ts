import { cidrContains, familyOf, type IpAddress } from '../domain/address.ts';
import { type Decision, type DesiredState, familyOfDecision } from '../domain/desired-state.ts';
import type { Explained } from '../domain/explanation.ts';
import type { InterfaceName } from '../domain/link.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Service } from '../kernel/connection.ts';
import type { NodeModel } from '../kernel/node-model.ts';
import { packetWay } from '../kernel/packet-way.ts';
import { backends, serviceWay } from '../kernel/service-way.ts';
import type { HostSpec, NetworkSpec } from '../schema/host-spec.ts';

/** The packet people ask about. */
export type PacketOptions = {
  readonly from: IpAddress;
  readonly to: IpAddress;
  /** Null: not said. */
  readonly iif: InterfaceName | null;
  /** Null: not said. */
  readonly mark: number | null;
  /** Null: where `from` lies in a pool and neither `iif` nor `mark` is said. */
  readonly replyOfService: boolean | null;
};

/** What is to be explained: a service and its replies, or one packet. */
export type Question = {
  readonly packet: PacketOptions;
  readonly network: NetworkSpec | null;
  /** The network of a service that is asked rather than asks; null where the packet is said to come in somewhere, or marked. */
  readonly networkOfTo: NetworkSpec | null;
  readonly isService: boolean;
};

/** Understands what is asked about one host. The error is a sentence for the user. */
export function questionOf(spec: HostSpec, packet: PacketOptions): Result<Question, string> {
  const { from, to, iif, mark, replyOfService } = packet;
  if (familyOf(from) !== familyOf(to)) return err(`--from ${from} and --to ${to} are not of one family`);
  const networkOf = (address: IpAddress) =>
    spec.networks.find(({ pools }) => pools.some((pool) => cidrContains(pool, address))) ?? null;
  const network = networkOf(from);
  const isPlain = iif !== null || mark !== null;
  const networkOfTo = network === null && !isPlain ? networkOf(to) : null;
  if (replyOfService === true && isPlain)
    return err(
      '--reply-of-service tells itself where packets come in and what mark they get: leave --iif and --mark out',
    );
  if (replyOfService === true && network === null) {
    const pools = spec.networks.flatMap(({ name, pools }) => pools.map((pool) => `${pool} (${name})`));
    return err(
      `--from ${from} is in no pool of this host, which has ${pools.length === 0 ? 'none' : pools.join(', ')}`,
    );
  }
  return ok({ packet, network, networkOfTo, isService: replyOfService ?? (network !== null && !isPlain) });
}

/** Answers the question for one node. `state` tells which gateway replies shall leave by. */
export function answer(
  { packet, network, isService }: Question,
  node: NodeModel,
  state: DesiredState | null,
): Explained {
  if (!isService || network === null)
    return { kind: 'packet', way: packetWay(node, { ...packet, mark: packet.mark ?? 0 }) };
  const service: Service = {
    vip: packet.from,
    client: packet.to,
    device: requestDevice(network),
    gateway: gatewayOf(network, state),
  };
  return { kind: 'service', backends: backends.map((backend) => serviceWay(node, service, backend)) };
}

/** Where requests to a network's addresses come in. */
export function requestDevice({ link }: NetworkSpec): InterfaceName {
  return link.kind === 'vlan' ? link.name : link.device;
}

/** What was decided for the pools of a network. */
export function decisionFor({ name, pools }: NetworkSpec, state: DesiredState | null): Decision | undefined {
  const family = familyOfDecision({ pools });
  return state?.decisions.find((each) => each.network === name && familyOfDecision(each) === family);
}

/** Which gateway replies of a network shall leave by; null where the link alone tells the way. */
export function gatewayOf(network: NetworkSpec, state: DesiredState | null): IpAddress | null {
  const decision = decisionFor(network, state);
  return decision === undefined ? network.gateway : decision.gateway;
}
