import { describe, expect, it } from 'vitest';
import type { Run } from '../../bench/compare.ts';
import { formatTable, median, rowsOf } from '../../bench/table.ts';

const run = (contender: string, round: number, wallMs: number): Run => ({
  ...{ contender, round, wallMs },
  ...{ work: 'audit', hosts: 20, cpuMs: 100, processes: 7 },
});

describe('the table of a benchmark', () => {
  it('takes the middle of an odd number of runs, and the middle between the two of an even one', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 9, 2])).toBe(3);
  });

  it('compares runs of the same round, so that a machine that slows down changes no ratio', () => {
    const runs = [run('mlbroute', 1, 1000), run('slow', 1, 5000), run('mlbroute', 2, 3000), run('slow', 2, 15_000)];
    const rows = rowsOf(runs);
    expect(rows.map(({ contender, timesMlbroute }) => [contender, timesMlbroute])).toEqual([
      ['mlbroute', 1],
      ['slow', 5],
    ]);
    expect(formatTable(rows)).toMatch(/^\| 20 {4}\| audit \| slow {5}\| 10\.00 s \| 5\.0 ms .*\| 5\.00 × /m);
  });
});
