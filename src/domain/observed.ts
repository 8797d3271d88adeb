import type { HostFacts } from './facts.ts';
import type { VlanLink } from './link.ts';
import type { NetfilterChain } from './netfilter.ts';
import type { ObservedFile } from './remote-file.ts';
import type { PolicyRule, Route } from './routing.ts';

/** What mlbroute wrote down on the host when it last confirmed a push. */
export type Manifest = {
  readonly version: 1;
  /** Counts confirmed pushes on this host from 1. */
  readonly generation: number;
  /** Path → sha256 of the content, or `link:TARGET`. */
  readonly files: { readonly [path: string]: string };
  /** Sysctl key → the value that was there before the first push touched it. */
  readonly sysctlsBefore: { readonly [key: string]: string };
  /** VLAN interfaces that mlbroute made itself. */
  readonly links: readonly string[];
  /** The rules, routes and chains of the confirmed push: what a later push may take away again. */
  readonly routes: readonly Route[];
  readonly rules: readonly PolicyRule[];
  readonly chains: readonly NetfilterChain[];
};

/** A chain named `MLBROUTE-…` as the kernel has it; `hook` is null where no built-in chain jumps to it. */
export type RunningChain = Omit<NetfilterChain, 'hook'> & { readonly hook: NetfilterChain['hook'] | null };

/** A running rule or route together with what mlbroute does not model, in the words of ip(8). */
export type RunningRoute = { readonly route: Route; readonly protocol: string };
export type RunningRule = { readonly rule: PolicyRule; readonly protocol: string };

/** The parts of the running kernel that mlbroute could own. */
export type RunningState = {
  readonly vlans: readonly VlanLink[];
  readonly routes: readonly RunningRoute[];
  readonly rules: readonly RunningRule[];
  readonly chains: readonly RunningChain[];
  /** Slash key → value. */
  readonly sysctls: { readonly [key: string]: string };
};

/** A transaction that was neither confirmed nor reverted yet. */
export type PendingTransaction = { readonly id: string; readonly owner: string };

/** All that one look at a host tells. */
export type Observed = {
  readonly facts: HostFacts;
  /** Everything found at paths mlbroute owns. */
  readonly persisted: readonly ObservedFile[];
  readonly recorded: Manifest | null;
  readonly running: RunningState;
  readonly pending: PendingTransaction | null;
};
