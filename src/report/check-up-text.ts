import type { Check } from '../domain/check-up.ts';
import type { HostName } from '../domain/host.ts';
import { count } from './count.ts';
import { hostsWords } from './fold.ts';
import { groupBy } from './group.ts';
import { type Palette, paletteOf } from './palette.ts';
import { printableLine } from './printable.ts';
import { wrapLine, wrapText } from './wrap.ts';

/** The check-up of one host: its steps up to the first that led no further. */
export type HostCheckUp = { readonly host: HostName; readonly checks: readonly Check[] };

/**
 * Check-ups as text: a table per host, hosts with equal answers folded into one with the longest time of each step, those in trouble last.
 * The last line counts. Ends with a line feed.
 */
export function formatCheckUps(
  hosts: readonly HostCheckUp[],
  options: { readonly color: boolean; readonly columns: number },
): string {
  const palette = paletteOf(options);
  const groups = groupBy(hosts, ({ checks }) =>
    JSON.stringify(checks.map(({ tookMs: _, common, says, ...answer }) => ({ ...answer, says: common ?? says }))),
  );
  const tables = [...groups]
    .sort(([a], [b]) => badness(a.checks) - badness(b.checks))
    .map((group) => [
      wrapLine(headOf(group, palette), options.columns),
      ...group[0].checks.flatMap((check, i) =>
        rowsOf(check, i, group, palette).map(([first, text]) => wrapText(text, { first, columns: options.columns })),
      ),
    ]);
  return `${tables.map((lines) => `${lines.join('\n')}\n\n`).join('')}${totalOf(hosts, palette)}\n`;
}

function headOf(group: readonly HostCheckUp[], { bold }: Palette): string {
  const hosts = group.map(({ host }) => host);
  return hostsWords(hosts, bold);
}

/** Each row as what stands at its left, and its text. */
function rowsOf(
  check: Check,
  index: number,
  group: readonly HostCheckUp[],
  palette: Palette,
): readonly (readonly [string, string])[] {
  const times = group.flatMap(({ checks }) => checks[index]?.tookMs ?? []);
  const time = times.length === 0 ? '' : `${Math.round(Math.max(...times))} ms`;
  const mark = { fine: palette.green('✔'), warning: palette.yellow('!'), trouble: palette.red('✖') }[check.verdict];
  const left = `  ${mark} ${check.step.padEnd(9)} ${palette.dim(time.padStart(8))}  `;
  const says = group.length === 1 ? check.says : (check.common ?? check.says);
  const row = [left, printableLine(says)] as const;
  if (check.hint === null) return [row];
  return [row, [' '.repeat(24), `${palette.cyan('hint:')} ${printableLine(check.hint)}`]];
}

function totalOf(hosts: readonly HostCheckUp[], { bold }: Palette): string {
  const inTrouble = hosts.filter(({ checks }) => badness(checks) === 2).length;
  const warned = hosts.filter(({ checks }) => badness(checks) === 1).length;
  const warnings = warned === 0 ? '' : `, ${warned} of them with warnings`;
  const ready = `${count(hosts.length - inTrouble, 'host')} ready for a push${warnings}`;
  return bold(`Doctor: ${ready}${inTrouble === 0 ? '' : `; ${count(inTrouble, 'host')} not`}.`);
}

/** 0: all is fine; 1: warnings; 2: a push would not do. */
function badness(checks: readonly Check[]): number {
  if (checks.some(({ verdict }) => verdict === 'trouble')) return 2;
  return checks.some(({ verdict }) => verdict === 'warning') ? 1 : 0;
}
