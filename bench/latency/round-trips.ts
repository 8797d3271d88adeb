import { works } from '../contenders/contender.ts';
import { formatMarkdown } from '../table.ts';
import type { FarRun } from './run-latency.ts';

/**
 * The round trips that somebody waits for, one after another: by how much more milliseconds a run takes for each millisecond of delay, which passes twice
 * in a round trip. The slope of the line that fits best.
 */
export function roundTripsOf(runs: readonly Pick<FarRun, 'oneWayMs' | 'wallMs'>[]): number {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const delay = mean(runs.map(({ oneWayMs }) => oneWayMs));
  const wall = mean(runs.map(({ wallMs }) => wallMs));
  const together = runs.map(({ oneWayMs, wallMs }) => (oneWayMs - delay) * (wallMs - wall));
  const alone = runs.map(({ oneWayMs }) => (oneWayMs - delay) ** 2);
  return mean(together) / mean(alone) / 2;
}

/** The runs as a table in Markdown: a row for each work of each contender. */
export function formatLatency(runs: readonly FarRun[]): string {
  const delays = [...new Set(runs.map(({ oneWayMs }) => oneWayMs))].sort((a, b) => a - b);
  const names = [...new Set(runs.map(({ contender }) => contender))];
  const rows = works.flatMap((work) =>
    names.flatMap((name) => {
      const its = runs.filter((run) => run.work === work && run.contender === name);
      if (its.length === 0) return [];
      const walls = delays.map((oneWayMs) =>
        its.filter((run) => run.oneWayMs === oneWayMs).map(({ wallMs }) => wallMs),
      );
      const times = walls.map((wall) => wall.map((ms) => `${(ms / 1000).toFixed(2)} s`).join(', '));
      return [[work, name, ...times, roundTripsOf(its).toFixed(1)]];
    }),
  );
  return formatMarkdown([['work', 'by', ...delays.map((ms) => `${ms} ms each way`), 'round trips'], ...rows]);
}
