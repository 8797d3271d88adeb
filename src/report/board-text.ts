import type { Phase } from '../domain/outcome.ts';
import { formatDuration } from './duration.ts';
import { paintOf, statuses, statusWords } from './outcome-text.ts';
import type { Palette } from './palette.ts';
import { printableLine } from './printable.ts';
import type { LiveHost, PhaseCount, Progress } from './progress.ts';
import { cutText, widthOf } from './width.ts';

/** The row of one phase: `observe  47/50  2 failed`. */
export function phaseTitle(phase: Phase, { passed, expected, failed }: PhaseCount, palette: Palette): string {
  const name = phase.padEnd(phaseWidth);
  if (expected === 0) return `${name}  ${palette.dim('for no host')}`;
  return `${name}  ${passed}/${expected}${failed === 0 ? '' : palette.red(`  ${failed} failed`)}`;
}

/** The line under the phases: the time, how many hosts are done, and how they ended, worst first, so that a narrow terminal cuts the rest. */
export function countsLine(progress: Progress, elapsedMs: number, palette: Palette): string {
  const counts = statuses.toReversed().flatMap((status) => {
    const number = progress.outcomeCount(status);
    return number === 0 ? [] : [paintOf(status, palette)(`${number} ${statusWords(status)}`)];
  });
  const done = `${formatDuration(elapsedMs)}  ${palette.bold(`${progress.doneCount()} of ${progress.hostCount} done`)}`;
  return `${done}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`;
}

/** The hosts at work, longest first, one row each and no wider than `columns`; the last row counts those left out. */
export function liveRows(
  progress: Progress,
  options: { readonly nowMs: number; readonly limit: number; readonly columns: number },
): readonly string[] {
  const { nowMs, limit, columns } = options;
  const total = progress.liveCount();
  if (limit <= 0 || total === 0) return [];
  const shown = progress.liveHosts(total > limit ? limit - 1 : limit);
  const nameWidth = Math.min(32, Math.max(...shown.map(({ host }) => widthOf(host))));
  const rows = shown.map((live) => cutText(rowOf(live, nameWidth, nowMs), columns));
  return total > shown.length ? [...rows, `… and ${total - shown.length} more`] : rows;
}

function rowOf({ host, phase, sinceMs, step }: LiveHost, nameWidth: number, nowMs: number): string {
  const since = formatDuration(Math.max(0, nowMs - sinceMs)).padStart(8);
  const name = cutText(printableLine(host), nameWidth);
  const padding = ' '.repeat(nameWidth - widthOf(name));
  return `${name}${padding}  ${phase.padEnd(phaseWidth)}${since}${step === null ? '' : `  ${printableLine(step)}`}`;
}

const phaseWidth = 'observe'.length;
