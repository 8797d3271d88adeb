import type { HostEvent, Phase } from '../domain/outcome.ts';
import { unreachable } from '../domain/result.ts';
import { formatDuration } from '../report/duration.ts';
import { foldHosts } from '../report/fold.ts';
import { groupBy } from '../report/group.ts';

/** The hosts that are at work, and what becomes of each where nobody goes on with it. */
export type InFlight = {
  /** Takes an event in; a host is at work from its first phase to its end. */
  readonly record: (event: HostEvent) => void;
  readonly count: () => number;
  readonly hosts: () => readonly string[];
  /** What becomes of the hosts at work if the controller is gone from now on, hosts of the same fate in one line. */
  readonly describeFates: () => readonly string[];
};

/** Starts to follow. `now` gives milliseconds of a clock that never goes back. */
export function followHosts(confirmWithinS: number, now: () => number): InFlight {
  const atWork = new Map<string, { readonly phase: Phase; readonly sinceMs: number }>();
  return {
    record: (event) => {
      if (event.kind === 'end') atWork.delete(event.host);
      else if (event.kind === 'phase') atWork.set(event.host, { phase: event.phase, sinceMs: now() });
    },
    count: () => atWork.size,
    hosts: () => [...atWork.keys()],
    describeFates: () => {
      const fates = [...atWork].map(([host, { phase, sinceMs }]) => ({
        host,
        fate: fateIn(phase, { confirmWithinS, inPhaseMs: now() - sinceMs }),
      }));
      return groupBy(fates, ({ fate }) => fate).map(
        (group) => `${foldHosts(group.map(({ host }) => host))}: ${group[0].fate}`,
      );
    },
  };
}

/** The node's deadline: set when its switch is armed, again at the end of apply, and moved by each look of the verification. */
function fateIn(phase: Phase, at: { readonly confirmWithinS: number; readonly inPhaseMs: number }): string {
  const leftMs = Math.max(0, Math.ceil(at.confirmWithinS - at.inPhaseMs / 1000)) * 1000;
  switch (phase) {
    case 'connect':
    case 'observe':
    case 'plan':
      return 'nothing was written';
    case 'act':
      return 'an action was running there, and nobody will see how it ends';
    case 'apply':
      return `pending; it reverts by itself at most ${formatDuration(at.confirmWithinS * 1000)} after its last step`;
    case 'verify':
      return `pending; it reverts by itself within ${formatDuration(at.confirmWithinS * 1000)}`;
    case 'confirm':
      return `was being confirmed; unless it is, it reverts by itself within ${formatDuration(leftMs)}`;
    case 'revert':
      return `reverting; at the latest it reverts by itself within ${formatDuration(leftMs)}`;
    default:
      return unreachable(phase);
  }
}
