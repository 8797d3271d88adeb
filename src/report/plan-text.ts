import {
  type ForeseenAction,
  type HostPlan,
  isUnchanged,
  type PlanWarning,
  type RuntimeChange,
} from '../domain/change.ts';
import type { Decision } from '../domain/desired-state.ts';
import { unreachable } from '../domain/result.ts';
import { formatFwmark } from '../domain/routing.ts';
import { count } from './count.ts';
import { formatFileChange } from './file-diff.ts';
import { hostsWords } from './fold.ts';
import { groupBy } from './group.ts';
import { type Palette, paletteOf } from './palette.ts';
import { printable, printableLine } from './printable.ts';
import { wrapLine } from './wrap.ts';

/** How to print plans. */
export type PlanTextOptions = {
  /** True: files with their unified diffs; false: their paths only. */
  readonly diff: boolean;
  readonly color: boolean;
  /** Infinity for no limit. Lines of files are never broken. */
  readonly columns: number;
};

/**
 * What a push will do, as text: per host the decisions with their reasons, the files, the running changes and the warnings. Hosts whose
 * text is the same are printed once, hosts to change first. The last line counts. Ends with a line feed.
 */
export function formatPlans(plans: readonly HostPlan[], options: PlanTextOptions): string {
  const palette = paletteOf(options);
  const groups = groupBy(
    plans.map((plan) => ({ plan, body: bodyOf(plan, options, palette).join('\n') })),
    ({ plan, body }) => `${isUnchanged(plan)}\0${body}`,
  );
  const blocks = [
    ...groups.filter(([{ plan }]) => !isUnchanged(plan)),
    ...groups.filter(([{ plan }]) => isUnchanged(plan)),
  ].map(
    (group) =>
      `${wrapLine(
        headOf(
          group.map(({ plan }) => plan),
          palette,
        ),
        options.columns,
      )}\n${group[0].body}\n`,
  );
  return `${blocks.map((block) => `${block.trimEnd()}\n\n`).join('')}${totalOf(plans, palette)}\n`;
}

function headOf(plans: readonly HostPlan[], palette: Palette): string {
  const hosts = plans.map(({ host }) => host);
  return `${hostsWords(hosts, palette.bold)}${plans.every(isUnchanged) ? ': unchanged' : ''}`;
}

function bodyOf(plan: HostPlan, { diff, columns }: PlanTextOptions, palette: Palette): readonly string[] {
  const wrap = (lines: readonly string[]) => lines.map((line) => wrapLine(`  ${line}`, columns));
  return [
    wrap([...plan.decisions.flatMap((decision) => decisionLines(decision, palette)), ...rendererLines(plan)]),
    plan.files.flatMap((change) => {
      const [head = '', ...lines] = formatFileChange(change, { diff, palette });
      return [...wrap([head]), ...lines.map((line) => `  ${line}`.trimEnd())];
    }),
    wrap(plan.runtime.map((change) => runtimeLine(change, palette))),
    wrap((plan.actions ?? []).map((action) => actionLine(action, palette))),
    wrap(plan.warnings.flatMap((warning) => troubleLines('warning', warning, palette))),
    wrap(
      plan.obstacles.flatMap((obstacle) => [
        ...troubleLines('error', obstacle, palette),
        `    no push goes past this; to take it upon yourself: --force ${obstacle.code}`,
      ]),
    ),
  ]
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .flatMap((section, index) => (index === 0 ? [section] : ['', section]));
}

function decisionLines(decision: Decision, palette: Palette): readonly string[] {
  const { network, returnPath, gateway, device, table, fwmark, pools, reason } = decision;
  const parts = [
    ...(gateway === null ? [] : [`by ${gateway}`]),
    ...(device === null ? [] : [`on ${device}`]),
    ...(table === null ? [] : [`table ${table}`]),
    ...(fwmark === null ? [] : [`mark ${formatFwmark(fwmark)}`]),
  ];
  return [
    `${palette.cyan(printableLine(network))} ${pools.join(', ')}: return path ${palette.bold(returnPath)}${parts.length === 0 ? '' : `, ${parts.join(', ')}`}`,
    `  ${palette.dim(printableLine(reason))}`,
  ];
}

/** Said where it is not the usual one. */
function rendererLines({ renderer, decisions }: HostPlan): readonly string[] {
  if (decisions.length === 0 || renderer === undefined || renderer === 'networkd') return [];
  return renderer === 'unit'
    ? ['kept over reboots by mlbroute-routing.service (renderer: unit), for systemd-networkd does not run here']
    : ['kept over reboots by netplan and drop-ins for the files that it makes (renderer: netplan)'];
}

function runtimeLine({ sign, words }: RuntimeChange, palette: Palette): string {
  const text = `${sign} ${printableLine(words)}`;
  switch (sign) {
    case '+':
      return palette.green(text);
    case '-':
      return palette.red(text);
    case '~':
      return palette.yellow(text);
    default:
      return unreachable(sign);
  }
}

/** What is told of an action before its words. */
const verdictWords = { runs: 'run', idle: 'no change', check: 'check', depends: 'perhaps' } as const;

function actionLine({ words, verdict, why }: ForeseenAction, palette: Palette): string {
  const text = `${verdictWords[verdict]}: ${printableLine(words)}${why === null ? '' : ` (${printableLine(why)})`}`;
  return verdict === 'runs' || verdict === 'depends' ? palette.yellow(text) : palette.dim(text);
}

function troubleLines(
  severity: 'warning' | 'error',
  { code, message, hint }: PlanWarning,
  palette: Palette,
): readonly string[] {
  const colored = severity === 'error' ? palette.red : palette.yellow;
  return [
    colored(`${severity}[${code}]: ${printable(message)}`),
    ...(hint === null ? [] : [`    hint: ${printable(hint)}`]),
  ].flatMap((text) => text.split('\n'));
}

function totalOf(plans: readonly HostPlan[], palette: Palette): string {
  const same = plans.filter(isUnchanged).length;
  const changing = plans.length - same;
  if (changing === 0) return palette.bold(`Plan: nothing to change on ${count(plans.length, 'host')}.`);
  return palette.bold(`Plan: ${count(changing, 'host')} to change, ${same} unchanged.`);
}
