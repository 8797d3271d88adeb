import type { Cidr, Family, IpAddress } from '../domain/address.ts';
import type { InterfaceName } from '../domain/link.ts';
import type { Fwmark } from '../domain/routing.ts';

/** All of the running kernel that decides about a packet's route, as far as it is modelled. */
export type KernelState = {
  /** In the order the kernel tries them: by priority, then by age. */
  readonly rules: readonly KernelRule[];
  /** Of all tables. The node's own addresses are here too, as routes of type `local`. */
  readonly routes: readonly KernelRoute[];
  /** A device that is not listed has no address and all its settings at 0. */
  readonly devices: readonly KernelDevice[];
  /** `net.ipv4.conf.all`. */
  readonly all: SourceSettings;
  /** `net.ipv6.conf.all.forwarding`. */
  readonly forwardsIpv6: boolean;
};

/** One rule of policy routing. A selector that is null matches everything. */
export type KernelRule = {
  readonly family: Family;
  readonly priority: number;
  /** `not`: the rule is for packets that its selectors do not match. */
  readonly isInverted: boolean;
  readonly from: Cidr | null;
  readonly to: Cidr | null;
  /** `lo` means packets the node makes itself (ip-rule(8)). */
  readonly iif: InterfaceName | null;
  readonly oif: InterfaceName | null;
  readonly fwmark: Fwmark | null;
  /** Selectors the model does not know, in the words of `ip -j rule`; a rule with any is taken as never matching. */
  readonly otherSelectors: readonly string[];
  readonly action: RuleAction;
};

/** What a rule does with a packet it is for. */
export type RuleAction =
  | {
      readonly kind: 'lookup';
      readonly table: number;
      /** A route found with at most this prefix length does not count; null: all count. */
      readonly suppressPrefixLength: number | null;
    }
  | { readonly kind: 'blackhole' | 'unreachable' | 'prohibit' }
  /** Goes on with the first rule of that priority; where there is none, with the next one. */
  | { readonly kind: 'goto'; readonly priority: number }
  | { readonly kind: 'nop' };

/** The types of routes in rtnetlink(7) that occur. */
export type RouteType =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'anycast'
  | 'multicast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  | 'throw';

/** One route of a table. */
export type KernelRoute = {
  readonly family: Family;
  readonly table: number;
  readonly destination: Cidr | 'default';
  /** The lower is preferred among routes to one destination. */
  readonly metric: number;
  readonly type: RouteType;
  /** Empty for types that refuse. Several: the kernel spreads flows over them. */
  readonly nextHops: readonly NextHop[];
};

/** Where a route leads. */
export type NextHop = {
  readonly device: InterfaceName;
  readonly gateway: IpAddress | null;
  readonly onlink: boolean;
};

/** A device as IPv4 sees it; what IPv6 reads of devices is not modelled. */
export type KernelDevice = DeviceSettings & {
  readonly name: InterfaceName;
  readonly hasIpv4Address: boolean;
};

/** The settings in `net.ipv4.conf.DEVICE` that decide about packets coming in. */
export type DeviceSettings = SourceSettings & {
  /** `forwarding`: packets that come in here may leave again. */
  readonly forwards: boolean;
};

/** The settings in `net.ipv4.conf.*` that the check of source addresses reads. */
export type SourceSettings = {
  /** 0 off, 1 strict, 2 loose. */
  readonly rpFilter: number;
  /** `src_valid_mark`: the mark of the packet counts in the reverse lookup. */
  readonly usesMark: boolean;
  /** `accept_local`: packets from the node's own addresses may come in. */
  readonly acceptsLocal: boolean;
};

/** What is asked of the kernel: where would this packet go? */
export type RouteQuery = {
  /** Null: not chosen yet, as when a program connects without binding. */
  readonly from: IpAddress | null;
  readonly to: IpAddress;
  /** The device it came in by; null for packets the node makes itself. */
  readonly iif: InterfaceName | null;
  /** The device a program is bound to. The kernel looks at it only for packets the node makes itself. */
  readonly oif: InterfaceName | null;
  readonly mark: number;
};
