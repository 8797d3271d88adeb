import type { HostName } from '../domain/host.ts';
import type { HostEvent, HostOutcome, Phase } from '../domain/outcome.ts';

/** How far the hosts of a run are. Each event costs the same whatever the number of hosts. */
export type Progress = {
  /** Takes one event in. One of a host that has ended or was seen, or was never in the run, changes nothing: a display must not stop a push. */
  readonly record: (event: HostEvent, atMs: number) => void;
  /** Says that no event will follow: what hosts were doing last counts as done. */
  readonly settle: () => void;
  readonly isSettled: () => boolean;
  readonly hostCount: number;
  readonly doneCount: () => number;
  readonly outcomeCount: (status: HostOutcome['status']) => number;
  /** The state of the phase at this index of `phases`. */
  readonly phaseCount: (index: number) => PhaseCount;
  /** The hosts that have been in their phase the longest, at most `limit` of them. */
  readonly liveHosts: (limit: number) => readonly LiveHost[];
  readonly liveCount: () => number;
};

/** How many hosts are through a phase, of how many that were in it or may still come; and how many ended badly in it. */
export type PhaseCount = { readonly passed: number; readonly expected: number; readonly failed: number };

/** A host at work: its phase since when, and the last step it told of in that phase. */
export type LiveHost = {
  readonly host: HostName;
  readonly phase: Phase;
  readonly sinceMs: number;
  readonly step: string | null;
};

/** Starts to count. `phases` are those the run is made of, in their order; a phase outside of them (a revert) only shows at its host. */
export function createProgress(hosts: readonly HostName[], phases: readonly Phase[]): Progress {
  // By index of the furthest phase reached, shifted by one: 0 counts the hosts that have reached none.
  const live = [hosts.length, ...phases.map(() => 0)];
  const ended = [0, ...phases.map(() => 0)];
  const failed = [0, ...phases.map(() => 0)];
  const reached = new Map<HostName, number>(hosts.map((host) => [host, 0]));
  const atWork = new Map<HostName, LiveHost>();
  const outcomes = new Map<HostOutcome['status'], number>();
  let settled = false;

  return {
    record,
    settle: () => {
      settled = true;
    },
    isSettled: () => settled,
    hostCount: hosts.length,
    doneCount: () => sum(ended, 0),
    outcomeCount: (status) => outcomes.get(status) ?? 0,
    phaseCount: (index) => ({
      passed: sum(ended, index + 1) + sum(live, settled ? index + 1 : index + 2),
      expected: sum(ended, index + 1) + sum(live, 0),
      failed: failed[index + 1] ?? 0,
    }),
    liveHosts: (limit) => [...atWork.values()].sort((a, b) => a.sinceMs - b.sinceMs).slice(0, limit),
    liveCount: () => atWork.size,
  };

  function record(event: HostEvent, atMs: number): void {
    const { host } = event;
    const at = reached.get(host);
    if (at === undefined) return;
    if (event.kind === 'end' || event.kind === 'seen') {
      move(live, ended, at, at);
      if (event.kind === 'end') count(event.outcome.status, at);
      atWork.delete(host);
      reached.delete(host);
    } else if (event.kind === 'phase') {
      const next = Math.max(at, phases.indexOf(event.phase) + 1);
      move(live, live, at, next);
      reached.set(host, next);
      atWork.set(host, { host, phase: event.phase, sinceMs: atMs, step: null });
    } else {
      const work = atWork.get(host);
      if (work !== undefined) atWork.set(host, { ...work, step: event.text });
    }
  }

  function count(status: HostOutcome['status'], at: number): void {
    if (status !== 'unchanged' && status !== 'changed') failed[at] = (failed[at] ?? 0) + 1;
    outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
  }
}

function move(from: number[], to: number[], source: number, target: number): void {
  from[source] = (from[source] ?? 0) - 1;
  to[target] = (to[target] ?? 0) + 1;
}

function sum(numbers: readonly number[], start: number): number {
  return numbers.slice(start).reduce((total, number) => total + number, 0);
}
