import { type Trial, trialCases } from './trial.ts';

/** The trials of one moment, e.g. `before` in iptables mode. */
export type TrialColumn = { readonly title: string; readonly trials: readonly Trial[] };

/** Host × case × moment as a Markdown table: `ok` or `fails`, with what was seen on the wire. Ends with a line feed. */
export function trialTable(columns: readonly TrialColumn[]): string {
  const [first] = columns;
  const nodes = [...new Set(first?.trials.map(({ node }) => node))];
  const rows = nodes.flatMap((node) =>
    trialCases.flatMap((trialCase) => {
      const cells = columns.map(({ trials }) =>
        trials.find((trial) => trial.node === node && trial.case === trialCase),
      );
      return cells.every((cell) => cell === undefined) ? [] : [[node, trialCase, ...cells.map(cellText)]];
    }),
  );
  const table = [['host', 'case', ...columns.map(({ title }) => title)], ...rows];
  const widths = (table[0] ?? []).map((_, i) => Math.max(...table.map((row) => row[i]?.length ?? 0)));
  const lines = table.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`);
  return `${[lines[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.slice(1)].join('\n')}\n`;
}

function cellText(trial: Trial | undefined): string {
  return trial === undefined ? '' : `${trial.passed ? 'ok' : 'FAILS'}: ${trial.seen}`;
}
