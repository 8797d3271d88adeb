import type { HostName } from './host.ts';

/** Why a step on a host did not succeed. */
export type Failure =
  | ({ readonly kind: 'connect'; readonly message: string; readonly isTransient: boolean } & MaybeCommon)
  | ({ readonly kind: 'host-key'; readonly message: string } & MaybeCommon)
  | ({ readonly kind: 'auth'; readonly message: string } & MaybeCommon)
  | { readonly kind: 'become'; readonly message: string }
  | { readonly kind: 'connection-lost'; readonly message: string }
  | ({ readonly kind: 'timeout'; readonly message: string; readonly afterMs: number } & MaybeCommon)
  /** The host has not what mlbroute needs, or the wish makes no sense there. Nothing was touched. */
  | { readonly kind: 'refused'; readonly message: string; readonly hint: string | null }
  /** The host changed between plan and apply. */
  | { readonly kind: 'stale'; readonly message: string }
  | { readonly kind: 'locked'; readonly message: string }
  | { readonly kind: 'step'; readonly step: string; readonly message: string }
  /** After apply the host is not as planned. */
  | { readonly kind: 'verification'; readonly findings: readonly string[] }
  /** An action of the playbook failed; `output` are the last lines that it said. */
  | { readonly kind: 'action'; readonly action: string; readonly message: string; readonly output: readonly string[] }
  | { readonly kind: 'protocol'; readonly message: string };

/** `common`: the message without what is this host's alone, its address or its key, so that many hosts can be told of at once. */
type MaybeCommon = { readonly common?: string };

/** The failure without what is a host's own. */
export function failureInCommon(failure: Failure): Failure {
  if (!('common' in failure) || failure.common === undefined) return failure;
  const { common, ...rest } = failure;
  return { ...rest, message: common };
}

/** How it ended for one host. */
export type HostOutcome =
  | { readonly status: 'unchanged' }
  | { readonly status: 'changed'; readonly changes: number; readonly warnings: readonly string[] }
  /** Nothing was written on the host; but what was done by steps before the one that failed stays. */
  | { readonly status: 'failed'; readonly because: Failure; readonly changesBefore?: number }
  | { readonly status: 'unreachable'; readonly because: Failure }
  /** The change was undone; the host is as before, but for steps before this one. */
  | { readonly status: 'reverted'; readonly because: Failure; readonly changesBefore?: number }
  /** The undo failed too: a person must act. `command` is what to run on the host. */
  | { readonly status: 'stranded'; readonly because: Failure; readonly details: string; readonly command: string }
  /** The controller lost the host before it saw the end; the host reverts by itself unless it was confirmed. */
  | { readonly status: 'unknown'; readonly because: Failure; readonly revertsWithinMs: number }
  | { readonly status: 'not-started'; readonly because: string };

/** What a host is doing now. */
export type Phase = 'connect' | 'observe' | 'plan' | 'act' | 'apply' | 'verify' | 'confirm' | 'revert';

/** What a run tells while it goes on, one host at a time. Printing is the listener's matter. */
export type HostEvent =
  | { readonly kind: 'phase'; readonly host: HostName; readonly phase: Phase }
  /** A step of the node's own program has ended. */
  | { readonly kind: 'step'; readonly host: HostName; readonly text: string }
  /** The look at it is over, and went well: nothing is done there until others were looked at, too. */
  | { readonly kind: 'seen'; readonly host: HostName }
  | { readonly kind: 'end'; readonly host: HostName; readonly outcome: HostOutcome; readonly elapsedMs: number };

/** What a run of many batches tells beside the events of its hosts. Batches count from 1. */
export type RunEvent =
  | { readonly kind: 'batch'; readonly number: number; readonly of: number; readonly hosts: readonly HostName[] }
  /** The look at a batch that is done, before the next one. No trouble at all opens the gate. */
  | {
      readonly kind: 'gate';
      readonly batch: number;
      readonly troubles: readonly { readonly host: HostName; readonly findings: readonly string[] }[];
    }
  | { readonly kind: 'stop'; readonly because: string; readonly hosts: readonly HostName[] };

/** A failure in one line, without the host's name. */
export function describeFailure(failure: Failure): string {
  switch (failure.kind) {
    case 'step':
      return `${failure.step}: ${failure.message}`;
    case 'action':
      return `${failure.action}: ${failure.message}`;
    case 'verification':
      return `not as planned after apply: ${failure.findings.join('; ')}`;
    case 'timeout':
      return `${failure.message} (gave up after ${failure.afterMs / 1000} s)`;
    case 'refused':
      return failure.hint === null ? failure.message : `${failure.message} (${failure.hint})`;
    default:
      return failure.message;
  }
}
