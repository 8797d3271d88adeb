import type { Run } from './compare.ts';
import { works } from './contenders/contender.ts';

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  const next = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (middle === undefined || next === undefined) throw new Error('a median of nothing');
  return (middle + next) / 2;
}

/** A row of the table: medians of one contender at one size, and how they compare with mlbroute's of the same rounds. */
export type Row = {
  readonly hosts: number;
  readonly work: Run['work'];
  readonly contender: string;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly processes: number;
  /** The median of the ratios to mlbroute, round by round. */
  readonly timesMlbroute: number;
};

/** Condenses runs: for each size and work a row for every contender, mlbroute first. */
export function rowsOf(runs: readonly Run[]): readonly Row[] {
  const sizes = [...new Set(runs.map(({ hosts }) => hosts))].sort((a, b) => a - b);
  return sizes.flatMap((hosts) =>
    works.flatMap((work) => {
      const these = runs.filter((run) => run.hosts === hosts && run.work === work);
      const own = these.filter(({ contender }) => contender === 'mlbroute');
      const contenders = [...new Set(these.map(({ contender }) => contender))].sort(
        (a, b) => Number(b === 'mlbroute') - Number(a === 'mlbroute') || a.localeCompare(b),
      );
      return contenders.map((contender): Row => {
        const its = these.filter((run) => run.contender === contender);
        const ratios = its.flatMap(({ round, wallMs }) => {
          const pair = own.find((run) => run.round === round);
          return pair === undefined ? [] : [wallMs / pair.wallMs];
        });
        return {
          ...{ hosts, work, contender },
          wallMs: median(its.map((run) => run.wallMs)),
          cpuMs: median(its.map((run) => run.cpuMs)),
          processes: median(its.map((run) => run.processes)),
          timesMlbroute: median(ratios),
        };
      });
    }),
  );
}

/** The rows as a table in Markdown. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map(({ hosts, work, contender, wallMs, cpuMs, processes, timesMlbroute }) => [
    String(hosts),
    work,
    contender,
    `${(wallMs / 1000).toFixed(2)} s`,
    `${(cpuMs / hosts).toFixed(1)} ms`,
    String(processes),
    contender === 'mlbroute' ? '' : `${timesMlbroute.toFixed(timesMlbroute < 10 ? 2 : 0)} ×`,
  ]);
  return formatMarkdown([
    ['hosts', 'work', 'by', 'time', 'controller CPU per host', 'processes on a host', 'times mlbroute'],
    ...cells,
  ]);
}

/** Rows of cells as a table in Markdown, the first row its head. */
export function formatMarkdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line), ''].join('\n');
}
