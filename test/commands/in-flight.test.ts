import { beforeEach, describe, expect, it } from 'vitest';
import { followHosts, type InFlight } from '../../src/commands/in-flight.ts';
import type { HostName } from '../../src/domain/host.ts';
import type { Phase } from '../../src/domain/outcome.ts';

let nowMs: number;
let inFlight: InFlight;
const enter = (host: string, phase: Phase) => inFlight.record({ kind: 'phase', host: host as HostName, phase });

beforeEach(() => {
  nowMs = 1000;
  inFlight = followHosts(60, () => nowMs);
});

describe('the hosts in flight', () => {
  it.each<[Phase, number, string]>([
    ['connect', 0, 'n1: nothing was written'],
    ['plan', 0, 'n1: nothing was written'],
    ['apply', 9_000, 'n1: pending; it reverts by itself at most 1 min after its last step'],
    ['verify', 9_000, 'n1: pending; it reverts by itself within 1 min'],
    ['confirm', 9_500, 'n1: was being confirmed; unless it is, it reverts by itself within 51.0 s'],
    ['revert', 70_000, 'n1: reverting; at the latest it reverts by itself within 0.0 s'],
  ])('in phase %s for %i ms are left to: %s', (phase, afterMs, fate) => {
    enter('n1', phase);
    nowMs += afterMs;
    expect(inFlight.describeFates()).toEqual([fate]);
  });

  it('of the same fate are one line', () => {
    for (const host of ['n1', 'n2', 'n3']) enter(host, 'apply');
    enter('n3', 'verify');
    expect(inFlight.describeFates()).toEqual([
      'n[1-2]: pending; it reverts by itself at most 1 min after its last step',
      'n3: pending; it reverts by itself within 1 min',
    ]);
    expect(inFlight.hosts()).toEqual(['n1', 'n2', 'n3']);
  });

  it('are no longer there once they have ended', () => {
    enter('n1', 'apply');
    inFlight.record({ kind: 'end', host: 'n1' as HostName, outcome: { status: 'unchanged' }, elapsedMs: 1 });
    expect(inFlight.count()).toBe(0);
    expect(inFlight.describeFates()).toEqual([]);
  });
});
