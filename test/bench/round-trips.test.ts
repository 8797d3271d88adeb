import { describe, expect, it } from 'vitest';
import { formatLatency, roundTripsOf } from '../../bench/latency/round-trips.ts';

const runsOf = (contender: string, roundTrips: number) =>
  [0, 25, 100].map((oneWayMs) => ({
    contender,
    work: 'unchanged push' as const,
    oneWayMs,
    wallMs: 500 + 2 * oneWayMs * roundTrips,
  }));

describe('round trips by the clock', () => {
  it('are the slope of time over delay, there and back', () => {
    expect(roundTripsOf(runsOf('a', 7))).toBeCloseTo(7);
    // One slow run tells little.
    const rough = runsOf('a', 7).map((run, i) => ({ ...run, wallMs: run.wallMs + (i === 1 ? 30 : 0) }));
    expect(Math.abs(roundTripsOf(rough) - 7)).toBeLessThan(0.2);
  });

  it('stand beside the times they come from', () => {
    expect(formatLatency([...runsOf('mlbroute', 7), ...runsOf('floor', 10)])).toBe(
      [
        '| work           | by       | 0 ms each way | 25 ms each way | 100 ms each way | round trips |',
        '|----------------|----------|---------------|----------------|-----------------|-------------|',
        '| unchanged push | mlbroute | 0.50 s        | 0.85 s         | 1.90 s          | 7.0         |',
        '| unchanged push | floor    | 0.50 s        | 1.00 s         | 2.50 s          | 10.0        |',
        '',
      ].join('\n'),
    );
  });
});
