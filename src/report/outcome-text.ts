import { describeFailure, failureInCommon, type HostOutcome } from '../domain/outcome.ts';
import { unreachable } from '../domain/result.ts';
import { count } from './count.ts';
import { formatDuration } from './duration.ts';
import { groupBy } from './group.ts';
import type { Paint, Palette } from './palette.ts';
import { printable } from './printable.ts';

/** Every outcome from best to worst: the order of summaries, and of the counts. */
export const statuses = [
  'unchanged',
  'changed',
  'not-started',
  'unreachable',
  'failed',
  'reverted',
  'unknown',
  'stranded',
] as const satisfies readonly HostOutcome['status'][];

/** True where the host is not as it should be. */
export function isBad(outcome: HostOutcome): boolean {
  return outcome.status !== 'unchanged' && outcome.status !== 'changed';
}

/** Hosts that ended alike, and say the same of it but for what is theirs alone, together; in the order they came. */
export function groupByOutcome<T extends { readonly outcome: HostOutcome }>(
  results: readonly T[],
): readonly (readonly [T, ...T[]])[] {
  return groupBy(results, ({ outcome }) => causeOf(outcome));
}

/** The same text for hosts that ended alike, and say the same of it but for what is theirs alone. For comparing. */
export function causeOf(outcome: HostOutcome): string {
  return `${outcome.status}\0${describeOutcome(inCommon(outcome))}`;
}

/** The outcome without what is a host's own, such as its address. */
export function inCommon<T extends HostOutcome | null>(outcome: T): T {
  if (outcome === null || !('because' in outcome) || typeof outcome.because === 'string') return outcome;
  return { ...outcome, because: failureInCommon(outcome.because) };
}

/** What to say after the names of a group: what they have in common where they are several. */
export function describeGroup([first, ...others]: readonly [
  { readonly outcome: HostOutcome },
  ...{ readonly outcome: HostOutcome }[],
]): string {
  return describeOutcome(others.length === 0 ? first.outcome : inCommon(first.outcome));
}

/** A status as people read it: `not started`. */
export function statusWords(status: HostOutcome['status']): string {
  return status === 'not-started' ? 'not started' : status;
}

/** The colour of a status. */
export function paintOf(status: HostOutcome['status'], palette: Palette): Paint {
  switch (status) {
    case 'unchanged':
      return palette.dim;
    case 'changed':
      return palette.green;
    case 'not-started':
    case 'reverted':
      return palette.yellow;
    case 'unreachable':
    case 'failed':
    case 'unknown':
    case 'stranded':
      return palette.red;
    default:
      return unreachable(status);
  }
}

/** What to say after a host's name and status; empty where the status says it all. It may have several lines. */
export function describeOutcome(outcome: HostOutcome): string {
  switch (outcome.status) {
    case 'unchanged':
      return '';
    case 'changed':
      return [count(outcome.changes, 'change'), ...outcome.warnings.map((text) => `warning: ${printable(text)}`)].join(
        '\n',
      );
    case 'not-started':
      return printable(outcome.because);
    case 'failed': {
      const output = outcome.because.kind === 'action' ? outcome.because.output : [];
      const lines = [describeFailure(outcome.because), ...output.map((line) => `| ${line}`)].map(printable);
      return [...lines, ...keptLines(outcome.changesBefore)].join('\n');
    }
    case 'unreachable':
      return printable(describeFailure(outcome.because));
    case 'reverted': {
      const kept = keptLines(outcome.changesBefore);
      return [
        printable(describeFailure(outcome.because)),
        kept.length === 0 ? 'the host is as it was before' : 'this step was undone',
        ...kept,
      ].join('\n');
    }
    case 'unknown':
      return `${printable(describeFailure(outcome.because))}\nthe host reverts by itself within ${formatDuration(outcome.revertsWithinMs)}, unless the change was confirmed`;
    case 'stranded':
      return printable(describeFailure(outcome.because));
    default:
      return unreachable(outcome);
  }
}

/** What steps before the one that failed have done. */
function keptLines(changesBefore: number | undefined): readonly string[] {
  return changesBefore === undefined ? [] : [`${count(changesBefore, 'change')} of the steps before it stay`];
}
