import type { BootFiles } from './boot-files.ts';
import type { DesiredState } from './desired-state.ts';
import type { HostFacts } from './facts.ts';
import type { VlanLink } from './link.ts';
import type { Neighbor } from './neighborhood.ts';
import type { NetfilterChain } from './netfilter.ts';
import type { ManagedFile, ObservedFile } from './remote-file.ts';
import type { PolicyRule, Route } from './routing.ts';
import type { ObservedUnit, UnitSetting } from './unit-setting.ts';

/** What mlbroute wrote down on the host when a push was confirmed: a whole generation, enough to bring it back or to take it away. */
export type Manifest = {
  readonly version: 1;
  /** Counts confirmed pushes on this host from 1. */
  readonly generation: number;
  /** Who pushed, and when, for people; null before it is known. */
  readonly pushedBy: string | null;
  readonly desired: DesiredState;
  /** The managed files as they were written. */
  readonly files: readonly ManagedFile[];
  /** Sysctl key → the value that was there before the first push touched it. */
  readonly sysctlsBefore: { readonly [key: string]: string };
  /** What was at the paths of the playbook's files before the first push that had them; missing: nothing. */
  readonly filesBefore?: readonly ObservedFile[];
  /** How the playbook's units were before the first push that named them; missing: none. */
  readonly unitsBefore?: readonly UnitSetting[];
  /** VLAN interfaces that mlbroute made itself. */
  readonly links: readonly string[];
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
  /** Neighbours that are written down for ever; missing: none. */
  readonly neighbors?: readonly Neighbor[];
  /** Of the modules of the kernel that were asked for, those it has; missing: none. */
  readonly modules?: readonly string[];
  /** The units that were asked for; missing: none. */
  readonly units?: readonly ObservedUnit[];
};

/** A transaction that was neither confirmed nor reverted yet. */
export type PendingTransaction = {
  readonly id: string;
  readonly owner: string;
  /** Seconds until the host reverts by itself; negative once that should have happened; null before the timer is armed. */
  readonly secondsLeft: number | null;
  /** Nobody will end it any more: the host was restarted, its timer is overdue, or it never came to be armed. */
  readonly isStale: boolean;
};

/** All that one look at a host tells. */
export type Observed = {
  readonly facts: HostFacts;
  /** Everything found at paths mlbroute owns, and at those of the playbook's files. */
  readonly persisted: readonly ObservedFile[];
  /** Of the paths of the playbook's files those where something else is: a folder, a device. */
  readonly notFiles: readonly string[];
  readonly recorded: Manifest | null;
  /** Earlier generations that the host still has, newest first; empty where they were not asked for. */
  readonly history: readonly Manifest[];
  readonly running: RunningState;
  readonly boot: BootFiles;
  readonly pending: PendingTransaction | null;
};
