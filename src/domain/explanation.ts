import type { IpAddress } from './address.ts';
import type { InterfaceName } from './link.ts';

/** One selector of a policy rule that a packet does not meet. */
export type Mismatch = {
  readonly selector: 'from' | 'to' | 'iif' | 'oif' | 'fwmark';
  /** What the rule says, as ip-rule(8) prints it. */
  readonly wants: string;
  /** What the packet has, or why it has nothing. */
  readonly has: string;
};

/** A policy rule that the kernel tried. Only one that `decides` ends the lookup. */
export type TriedRule = {
  readonly priority: number;
  /** Without its priority, as ip-rule(8) takes it. */
  readonly rule: string;
  readonly outcome:
    | 'decides'
    | 'mismatch'
    /** A `not` rule whose selectors are all met. */
    | 'inverted'
    /** The rule has a selector that is not modelled here. */
    | 'not-modelled'
    | 'no-route'
    | 'throw'
    | 'suppressed'
    | 'goto'
    | 'goto-nowhere'
    | 'nop';
  /** Not empty for `mismatch` only. */
  readonly mismatches: readonly Mismatch[];
  /** The route that was found and did not count, as ip-route(8) prints it. */
  readonly route: string | null;
};

/** What the kernel was asked, each rule it tried, and what came of it. */
export type ExplainedLookUp = {
  readonly from: IpAddress | null;
  readonly to: IpAddress;
  /** Null: the node made the packet itself. */
  readonly iif: InterfaceName | null;
  readonly mark: number;
  readonly rules: readonly TriedRule[];
  readonly verdict:
    | {
        readonly kind: 'route';
        /** As ip-route(8) prints it. */
        readonly route: string;
        /** The packet is for the node itself. */
        readonly isLocal: boolean;
        readonly device: InterfaceName;
        readonly gateway: IpAddress | null;
      }
    | { readonly kind: 'refused'; readonly as: 'blackhole' | 'unreachable' | 'prohibit'; readonly by: 'rule' | 'route' }
    | { readonly kind: 'no-route' };
};

/** A rule of a netfilter chain, as iptables-save(8) prints it, and what it did to the packet. */
export type TriedChainRule = {
  readonly rule: string;
  readonly outcome: 'matches' | 'mismatch' | 'not-modelled';
};

/** One thing that happens to a packet on its way through the kernel, in order. Marks are those after it. */
export type Stage =
  | { readonly kind: 'conntrack'; readonly direction: 'original' | 'reply'; readonly connmark: number }
  | {
      readonly kind: 'chains';
      readonly hook: 'raw PREROUTING' | 'raw OUTPUT' | 'mangle PREROUTING' | 'mangle OUTPUT';
      /** Empty where no chain of mlbroute hangs there. */
      readonly rules: readonly TriedChainRule[];
      readonly mark: number;
      readonly connmark: number;
    }
  /** Who rewrites, where, and what; nothing where `to` and `from` and the mark stay. */
  | {
      readonly kind: 'rewrite';
      readonly at: 'nat PREROUTING' | 'nat POSTROUTING' | 'IPVS' | 'Cilium';
      readonly by: 'service' | 'masquerade' | 'un-masquerade' | 'un-service' | 'nobody';
      readonly before: { readonly from: IpAddress; readonly to: IpAddress };
      readonly after: { readonly from: IpAddress; readonly to: IpAddress };
      readonly mark: number;
    }
  | {
      readonly kind: 'routing';
      /** Why it is looked up: it came in, a program sent it, or it was changed after its first lookup. */
      readonly cause: 'came-in' | 'sent' | 'marked' | 'rewritten';
      readonly lookUp: ExplainedLookUp;
      /** The source address it gets only after this, where that is so. */
      readonly laterFrom: IpAddress | null;
    }
  | {
      readonly kind: 'source-check';
      readonly device: InterfaceName;
      readonly all: number;
      readonly own: number;
      readonly hasAddress: boolean;
      readonly reverse: ExplainedLookUp;
      readonly verdict:
        | 'way-back-by-device'
        | 'loose'
        | 'off'
        | 'invalid-source'
        | 'local-source'
        | 'no-way-back'
        | 'no-address'
        | 'other-device';
      readonly passes: boolean;
    };

/** How a packet's way through the node ends. */
export type WayEnd =
  | { readonly kind: 'delivered'; readonly to: 'pod' | 'node' }
  | { readonly kind: 'leaves'; readonly device: InterfaceName; readonly gateway: IpAddress | null }
  | {
      readonly kind: 'dropped';
      readonly by: 'rp_filter' | 'blackhole' | 'unreachable' | 'prohibit' | 'no-route' | 'no-forwarding';
    };

/** The way of one packet through the node. */
export type Way = {
  readonly from: IpAddress;
  readonly to: IpAddress;
  readonly iif: InterfaceName | null;
  readonly stages: readonly Stage[];
  readonly end: WayEnd;
};

/** Where the pod is that answers, and whether requests are masqueraded on the way (externalTrafficPolicy). */
export type Backend = 'local-pod' | 'cluster-own-pod' | 'cluster-remote-pod' | 'host-network';

/** One request to a service and its reply, for one kind of backend. */
export type ServiceWay = {
  readonly backend: Backend;
  readonly request: Way;
  /** Null where the request does not arrive. */
  readonly reply: Way | null;
  /** `same-way`: the reply leaves by the device, and the gateway, that requests come by. */
  readonly verdict: 'same-way' | 'other-way' | 'reply-dropped' | 'request-lost';
};

/** What is explained: a service's request and reply, or a single packet. */
export type Explained =
  | { readonly kind: 'service'; readonly backends: readonly ServiceWay[] }
  | { readonly kind: 'packet'; readonly way: Way };

/** The answer of `mlbroute explain` for one host. */
export type Explanation = {
  readonly host: string;
  /** `desired`: no host was asked. `observed`: as the node is now. */
  readonly basis: 'desired' | 'observed';
  readonly from: IpAddress;
  readonly to: IpAddress;
  /** Which network of the inventory it is about, and where its requests come in; null where `from` is in no pool. */
  readonly network: {
    readonly name: string;
    readonly returnPath: string;
    readonly device: InterfaceName;
    readonly gateway: IpAddress | null;
  } | null;
  /** Where only `to` is in a pool, the name of its network: asked the other way round, it is about that service. */
  readonly networkOfTo: string | null;
  /** Who turns service addresses into those of pods, and how that is known. */
  readonly serviceProxy: { readonly kind: string; readonly evidence: string };
  /** What was taken for granted, a sentence each. */
  readonly assumptions: readonly string[];
  readonly explained: Explained;
  /** The same after a push, where the node was asked; null where it was not, or where it would refuse. */
  readonly desired: Explained | null;
  /** Why a push to the node would be refused, a sentence each. */
  readonly refusals: readonly string[];
};
