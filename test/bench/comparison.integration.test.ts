import { beforeAll, describe, expect, it } from 'vitest';
import { compare, type Run } from '../../bench/compare.ts';
import type { Contender } from '../../bench/contenders/contender.ts';
import { statesOf } from '../../bench/fleet/host-state.ts';
import { startFleet } from '../../bench/fleet/start-fleet.ts';
import { runComparison } from '../../bench/run-comparison.ts';
import { buildProgram } from '../commands/fleet.ts';

const root = process.cwd();
beforeAll(buildProgram);

describe('the benchmark', () => {
  it('lets mlbroute and plain OpenSSH come to the same hosts by the same work', async () => {
    const runs: Run[] = [];
    await runComparison({
      ...{ hosts: 2, rounds: 1, root },
      contenders: ['mlbroute', 'floor'],
      tell: (run) => runs.push(run),
    });
    expect(runs.map(({ contender, work }) => `${contender}: ${work}`)).toEqual([
      ...['mlbroute: changing push', 'mlbroute: unchanged push', 'mlbroute: audit'],
      ...['floor: changing push', 'floor: unchanged push', 'floor: audit'],
    ]);
    const [change, same, audit, , floorSame] = runs.map(({ processes }) => processes);
    // To look costs a host what plain OpenSSH costs it with the same program; a change, with its switch and its confirmation, a limited number more.
    for (const look of [same, audit]) expect(look).toBeLessThanOrEqual((floorSame ?? 0) + 3);
    expect(change).toBeLessThanOrEqual(190);
    for (const { wallMs, cpuMs } of runs) {
      expect(wallMs).toBeGreaterThan(0);
      expect(cpuMs).toBeGreaterThan(0);
    }
  });

  it('is void where a contender does not do the work', async () => {
    const fleet = await startFleet(1);
    try {
      const before = statesOf(fleet);
      const command = () => ({ argv: ['true'], env: {} });
      const idle: Contender = { name: 'idle', command, tidy: () => {} };
      const truth = { before, after: before.map((state) => `${state}and more`) };
      await expect(compare(fleet, [idle], { rounds: 1, truth, tell: () => {} })).rejects.toThrow(
        /^void: after changing push by idle, n1 is not as it should be/,
      );
    } finally {
      fleet.stop();
    }
  });
});
