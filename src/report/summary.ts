import { toShell } from '../domain/command.ts';
import type { HostName } from '../domain/host.ts';
import type { HostOutcome } from '../domain/outcome.ts';
import { count } from './count.ts';
import { formatDuration } from './duration.ts';
import { compareNames, hostsWords } from './fold.ts';
import {
  describeGroup,
  describeOutcome,
  groupByOutcome,
  isBad,
  paintOf,
  statuses,
  statusWords,
} from './outcome-text.ts';
import { type Palette, paletteOf } from './palette.ts';
import { printable } from './printable.ts';
import { wrapText } from './wrap.ts';

/** How it ended for one host, with its name. */
export type HostResult = { readonly host: HostName; readonly outcome: HostOutcome };

/** What a summary needs beside the results. */
export type SummaryOptions = {
  readonly elapsedMs: number;
  /** Of the whole run; those without a result are told of elsewhere. */
  readonly hostCount: number;
  /** What the user typed, without `--limit`, e.g. `['mlbroute', 'push', '-i', 'prod.yaml']`. */
  readonly command: readonly string[];
  /** What looks at the way to the same hosts step by step, likewise; null where the command does so itself. */
  readonly doctor: readonly string[] | null;
  /** The user's own `--limit`: the next command must never reach more hosts than this one did. */
  readonly limit: string | null;
  /** True: the command knows `--retry last`, for lists of hosts that nobody wants to read. */
  readonly canRetry: boolean;
  /** Infinity for no limit. */
  readonly columns: number;
  readonly color: boolean;
};

/**
 * The end of a run as text: one line per outcome from best to worst, hosts that say the same folded; the counts; the command to type next;
 * last and in full the stranded hosts. Ends with a line feed.
 */
export function formatSummary(results: readonly HostResult[], options: SummaryOptions): string {
  const palette = paletteOf(options);
  const sorted = [...results].sort((a, b) => compareNames(a.host, b.host));
  return [
    // What was told of the other hosts stands above.
    results.length < options.hostCount ? [''] : [],
    [...outcomeLines(sorted, options.columns, palette), ''],
    [countLine(sorted, options, palette)],
    nextLines(sorted, options),
    strandedLines(sorted, options.columns, palette),
  ]
    .flat()
    .map((line) => `${line}\n`)
    .join('');
}

/** How it ended for hosts, a line per outcome from best to worst, hosts that say the same folded. Ends with a line feed. */
export function formatOutcomes(
  results: readonly HostResult[],
  options: Pick<SummaryOptions, 'columns' | 'color'>,
): string {
  const sorted = [...results].sort((a, b) => compareNames(a.host, b.host));
  return outcomeLines(sorted, options.columns, paletteOf(options))
    .map((line) => `${line}\n`)
    .join('');
}

/** The exit code of a run: 0 where every host is as it should be, else 1. */
export function exitCodeOf(outcomes: Iterable<HostOutcome>): 0 | 1 {
  for (const outcome of outcomes) if (isBad(outcome)) return 1;
  return 0;
}

function outcomeLines(results: readonly HostResult[], columns: number, palette: Palette): readonly string[] {
  return groupByOutcome(results)
    .map((group) => ({
      outcome: group[0].outcome,
      hosts: hostsWords(group.map(({ host }) => host)),
      text: describeGroup(group),
    }))
    .sort((a, b) => statuses.indexOf(a.outcome.status) - statuses.indexOf(b.outcome.status))
    .map(({ outcome, hosts, text }) => {
      const label = statusWords(outcome.status).padEnd(labelWidth);
      const lines = wrapText(text === '' ? hosts : `${hosts}: ${text}`, { first: label, columns });
      return paintOf(outcome.status, palette)(label) + lines.slice(label.length);
    });
}

function countLine(
  results: readonly HostResult[],
  { elapsedMs, columns, hostCount }: SummaryOptions,
  palette: Palette,
): string {
  const parts = statuses.flatMap((status) => {
    const number = results.filter(({ outcome }) => outcome.status === status).length;
    return number === 0 ? [] : [paintOf(status, palette)(`${number} ${statusWords(status)}`)];
  });
  const hosts =
    results.length < hostCount ? `${results.length} of ${count(hostCount, 'host')}` : count(hostCount, 'host');
  const head = `${palette.bold(hosts)} in ${formatDuration(elapsedMs)}`;
  return wrapText(parts.length === 0 ? head : `${head}: ${parts.join(', ')}`, { first: '', columns });
}

function nextLines(results: readonly HostResult[], options: SummaryOptions): readonly string[] {
  // A stranded host needs a person first.
  const again = results.filter(({ outcome }) => isBad(outcome) && outcome.status !== 'stranded');
  if (again.length === 0) return [];
  const waitMs = Math.max(
    0,
    ...again.map(({ outcome }) => (outcome.status === 'unknown' ? outcome.revertsWithinMs : 0)),
  );
  const names = again.map(({ host }) => host);
  // A long list helps nobody: the same command leaves the hosts that are done as they are.
  const isPart = names.length < options.hostCount;
  const isListed = names.length <= 8 && isPart && names.every((name) => isPlain.test(name));
  const limit = isListed ? names.join(',') : options.limit;
  const isRetry = options.canRetry && !isListed && isPart;
  // Where nobody was reached, the way there is in question, not the hosts.
  const isNobodyReached = !isPart && again.every(({ outcome }) => outcome.status === 'unreachable');
  const command = toShell([
    ...(isNobodyReached ? (options.doctor ?? options.command) : options.command),
    ...(isRetry ? ['--retry', 'last'] : []),
    ...(limit === null ? [] : ['-l', limit]),
  ]);
  return [`Next${waitMs === 0 ? '' : `, after ${formatDuration(waitMs)}`}: ${command}`];
}

function strandedLines(results: readonly HostResult[], columns: number, palette: Palette): readonly string[] {
  const stranded = results.flatMap(({ host, outcome }) => (outcome.status === 'stranded' ? [{ host, outcome }] : []));
  if (stranded.length === 0) return [];
  return [
    '',
    palette.red(palette.bold(`STRANDED: ${count(stranded.length, 'host')} could not be put back. A person must act.`)),
    ...stranded.flatMap(({ host, outcome }) => [
      wrapText(describeOutcome(outcome), { first: `  ${host}: `, columns }),
      ...printable(outcome.details)
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => `      ${line}`),
      `      run on ${host}:  ${palette.bold(printable(outcome.command))}`,
    ]),
  ];
}

const labelWidth = 'not started  '.length;

// Names that mean only themselves in a pattern: no list, glob, negation or option.
const isPlain = /^[A-Za-z0-9_][\w.-]*$/;
