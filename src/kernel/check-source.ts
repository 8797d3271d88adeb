import type { Family, IpAddress } from '../domain/address.ts';
import type { InterfaceName } from '../domain/link.ts';
import type { KernelDevice, KernelState } from './kernel-state.ts';
import { type LookUp, lookUp } from './look-up.ts';

/** A packet that has come in and been routed. */
export type IncomingPacket = {
  readonly from: IpAddress;
  readonly to: IpAddress;
  readonly iif: InterfaceName;
  readonly mark: number;
  /** Where it will be forwarded to; null where it is for the node itself. */
  readonly leavesBy: InterfaceName | null;
};

/** What the kernel says of a packet's source address, and from what. */
export type SourceCheck = {
  readonly rpFilter: { readonly all: number; readonly own: number; readonly effective: number };
  readonly hasAddress: boolean;
  /** The mark used in the reverse lookup: that of the packet only with `src_valid_mark`. */
  readonly mark: number;
  /** The way back to the source, as the kernel looks it up. */
  readonly reverse: LookUp;
  readonly verdict:
    | { readonly kind: 'passes'; readonly because: 'way-back-by-device' | 'loose' | 'off' }
    /** The source is no address a packet can come from: the node's own, or a broadcast address. */
    | { readonly kind: 'drops'; readonly because: 'invalid-source' | 'local-source' }
    | { readonly kind: 'drops'; readonly because: 'no-way-back' | 'no-address' | 'other-device' };
};

/**
 * Judges the source of an IPv4 packet as `__fib_validate_source` in net/ipv4/fib_frontend.c does: rp_filter is max(all, device); a device
 * without an address cannot pass for loose. Where rp_filter is 0 the lookup still tells the node's own addresses (the kernel then looks
 * them up so if it has any rule beside its own three).
 */
export function checkSource(state: KernelState, packet: IncomingPacket): SourceCheck {
  const device = deviceOf(state, packet.iif);
  const effective = Math.max(state.all.rpFilter, device.rpFilter);
  const mark = state.all.usesMark || device.usesMark ? packet.mark : 0;
  // The kernel asks how the answer would go, were it to come from where the packet goes to.
  const reverse = lookUp(state, { from: packet.to, to: packet.from, iif: packet.leavesBy, oif: null, mark });
  return {
    rpFilter: { all: state.all.rpFilter, own: device.rpFilter, effective },
    hasAddress: device.hasIpv4Address,
    mark,
    reverse,
    verdict: judge(reverse, device, { effective, acceptsLocal: device.acceptsLocal || state.all.acceptsLocal }),
  };
}

function judge(
  { verdict }: LookUp,
  { name, hasIpv4Address }: KernelDevice,
  { effective, acceptsLocal }: { readonly effective: number; readonly acceptsLocal: boolean },
): SourceCheck['verdict'] {
  if (verdict.kind !== 'route')
    return effective === 0 ? { kind: 'passes', because: 'off' } : { kind: 'drops', because: 'no-way-back' };
  const { type, nextHops } = verdict.route;
  if (type === 'local' && !acceptsLocal) return { kind: 'drops', because: 'local-source' };
  if (type !== 'unicast' && type !== 'local') return { kind: 'drops', because: 'invalid-source' };
  if (nextHops.some((hop) => hop.device === name)) return { kind: 'passes', because: 'way-back-by-device' };
  if (effective === 0) return { kind: 'passes', because: 'off' };
  if (!hasIpv4Address) return { kind: 'drops', because: 'no-address' };
  return effective === 1 ? { kind: 'drops', because: 'other-device' } : { kind: 'passes', because: 'loose' };
}

/** Whether what comes in by a device may leave the node again. Source: ip_route_input_slow, ip6_forward. */
export function isForwarding(state: KernelState, iif: InterfaceName, family: Family): boolean {
  return family === 'ipv6' ? state.forwardsIpv6 : deviceOf(state, iif).forwards;
}

function deviceOf({ devices }: KernelState, name: InterfaceName): KernelDevice {
  const unknown = { hasIpv4Address: false, rpFilter: 0, usesMark: false, acceptsLocal: false, forwards: false };
  return devices.find((device) => device.name === name) ?? { ...unknown, name };
}
