import type { Finding, RebootChange } from '../domain/change.ts';
import type { HostName } from '../domain/host.ts';
import { count } from './count.ts';
import { hostsWords } from './fold.ts';
import { groupBy } from './group.ts';
import { type Palette, paletteOf } from './palette.ts';
import { printable, printableLine } from './printable.ts';
import { wrapLine } from './wrap.ts';

/** What was found on one host; an empty list says that it is as it should be. */
export type HostFindings = {
  readonly host: HostName;
  readonly findings: readonly Finding[];
  /** What a restart would change; missing: nobody asked. */
  readonly atReboot?: readonly RebootChange[];
};

/** How to print findings. */
export type FindingsTextOptions = {
  /** Which command speaks; it begins the last line. */
  readonly title: 'Audit' | 'Verify';
  readonly color: boolean;
  /** Infinity for no limit. */
  readonly columns: number;
};

/**
 * What was found, as text: hosts with the same findings are printed once, those without any first. Neighbouring findings that say the same
 * of several subjects say it once, after the last of them. The last line counts.
 * Hosts that could not be asked are no part of it: the summary names them. Ends with a line feed.
 */
export function formatFindings(hosts: readonly HostFindings[], options: FindingsTextOptions): string {
  const palette = paletteOf(options);
  const groups = groupBy(hosts, ({ findings, atReboot = [] }) => JSON.stringify([findings, atReboot]));
  const blocks = [...groups]
    .sort(([a], [b]) => Number(a.findings.length > 0) - Number(b.findings.length > 0))
    .map((group) =>
      [
        headOf(group, palette),
        ...group[0].findings.flatMap((finding, i) => linesOf(finding, group[0].findings[i + 1], palette)),
        ...rebootLines(group[0], palette),
      ].map((line) => wrapLine(line, options.columns)),
    );
  return `${blocks.map((lines) => `${lines.join('\n')}\n\n`).join('')}${totalOf(hosts, options.title, palette)}\n`;
}

function headOf(group: readonly [HostFindings, ...HostFindings[]], palette: Palette): string {
  const hosts = group.map(({ host }) => host);
  const { length } = group[0].findings;
  return `${hostsWords(hosts, palette.bold)}: ${length === 0 ? palette.green('as described') : palette.red(count(length, 'finding'))}`;
}

function rebootLines({ atReboot = [] }: HostFindings, palette: Palette): readonly string[] {
  if (atReboot.length === 0) return [];
  return [
    '  a reboot would change:',
    ...atReboot.map(({ sign, words }) => `    ${signed[sign](palette)(`${sign} ${printableLine(words)}`)}`),
  ];
}

const signed = {
  '+': ({ green }: Palette) => green,
  '-': ({ red }: Palette) => red,
  '~': ({ yellow }: Palette) => yellow,
} as const;

/** The lines of one finding; its message is left to `next`, the one after it, where that says the same. */
function linesOf(finding: Finding, next: Finding | undefined, palette: Palette): readonly string[] {
  const { code, where, subject, message, hint } = finding;
  const head = `  ${palette.red(code.padEnd(codeWidth))} ${palette.dim(where.padEnd(whereWidth))} ${printableLine(subject)}`;
  if (next !== undefined && sayingOf(next) === sayingOf(finding)) return [head];
  return [
    head,
    ...printable(message)
      .split('\n')
      .map((line) => `      ${line}`.trimEnd()),
    ...(hint === null ? [] : [`      ${palette.cyan('hint:')} ${printableLine(hint)}`]),
  ];
}

function sayingOf({ code, where, message, hint }: Finding): string {
  return JSON.stringify([code, where, message, hint]);
}

function totalOf(hosts: readonly HostFindings[], title: string, palette: Palette): string {
  const found = hosts.reduce((sum, { findings }) => sum + findings.length, 0);
  if (found === 0) return palette.bold(`${title}: ${count(hosts.length, 'host')} as described.`);
  const differing = hosts.filter(({ findings }) => findings.length > 0).length;
  const rest = hosts.length - differing;
  return palette.bold(`${title}: ${count(found, 'finding')} on ${count(differing, 'host')}, ${rest} as described.`);
}

// The longest members of Finding's `code` and `where`.
const codeWidth = 'edited-on-host'.length;
const whereWidth = 'persisted'.length;
