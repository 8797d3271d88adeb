import { describe, expect, it } from 'vitest';
import type { HostName } from '../../src/domain/host.ts';
import type { HostOutcome, Phase } from '../../src/domain/outcome.ts';
import { createProgress, type Progress } from '../../src/report/progress.ts';

const phases: readonly Phase[] = ['connect', 'observe', 'apply'];
const hosts = ['a', 'b', 'c'] as readonly string[] as readonly HostName[];
const unchanged: HostOutcome = { status: 'unchanged' };
const failed: HostOutcome = { status: 'failed', because: { kind: 'protocol', message: 'nonsense' } };

describe('createProgress', () => {
  it('expects every host in every phase at the start', () => {
    expect(counts(createProgress(hosts, phases))).toEqual(['0/3', '0/3', '0/3']);
  });

  it('counts a host as through a phase once it is in a later one', () => {
    const progress = createProgress(hosts, phases);
    enter(progress, 'a', 'connect');
    expect(counts(progress)).toEqual(['0/3', '0/3', '0/3']);
    enter(progress, 'a', 'observe');
    expect(counts(progress)).toEqual(['1/3', '0/3', '0/3']);
  });

  it('counts phases that were passed over', () => {
    const progress = createProgress(hosts, phases);
    enter(progress, 'a', 'apply');
    expect(counts(progress)).toEqual(['1/3', '1/3', '0/3']);
  });

  it('no longer expects a host in phases it ended before', () => {
    const progress = createProgress(hosts, phases);
    enter(progress, 'a', 'observe');
    end(progress, 'a', unchanged);
    expect(counts(progress)).toEqual(['1/3', '1/3', '0/2']);
    expect(progress.doneCount()).toBe(1);
    expect(progress.outcomeCount('unchanged')).toBe(1);
  });

  it('takes a host that was seen for done with its phase, and no longer for one at work', () => {
    const progress = createProgress(hosts, phases);
    enter(progress, 'a', 'apply');
    progress.record({ kind: 'seen', host: 'a' as HostName }, 0);
    expect(counts(progress)).toEqual(['1/3', '1/3', '1/3']);
    expect(progress.doneCount()).toBe(1);
    expect(progress.liveCount()).toBe(0);
  });

  it('counts a bad end in the phase where it came', () => {
    const progress = createProgress(hosts, phases);
    enter(progress, 'a', 'observe');
    end(progress, 'a', failed);
    expect(phases.map((_, i) => progress.phaseCount(i).failed)).toEqual([0, 1, 0]);
  });

  it('does not send a host back that connects once more, or reverts', () => {
    const progress = createProgress(hosts, phases);
    for (const phase of ['connect', 'observe', 'apply', 'connect', 'revert'] as const) enter(progress, 'a', phase);
    expect(counts(progress)).toEqual(['1/3', '1/3', '0/3']);
    expect(progress.liveHosts(1)).toMatchObject([{ host: 'a', phase: 'revert' }]);
  });

  it('takes what hosts were doing last for done when it is settled', () => {
    const progress = createProgress(hosts, phases);
    enter(progress, 'a', 'observe');
    enter(progress, 'b', 'connect');
    progress.settle();
    expect(counts(progress)).toEqual(['2/3', '1/3', '0/3']);
  });

  it('shows the hosts that have been in their phase the longest, with their last step', () => {
    const progress = createProgress(hosts, phases);
    enter(progress, 'a', 'connect', 10);
    enter(progress, 'b', 'connect', 5);
    enter(progress, 'c', 'apply', 7);
    step(progress, 'c', 'files written');
    expect(progress.liveHosts(2)).toEqual([
      { host: 'b', phase: 'connect', sinceMs: 5, step: null },
      { host: 'c', phase: 'apply', sinceMs: 7, step: 'files written' },
    ]);
    enter(progress, 'c', 'revert', 8);
    expect(progress.liveHosts(2)[1]).toMatchObject({ host: 'c', step: null });
    expect(progress.liveCount()).toBe(3);
  });

  it('lets events that come late, or are of strangers, change nothing', () => {
    const progress = createProgress(hosts, phases);
    end(progress, 'a', unchanged);
    const before = counts(progress);
    end(progress, 'a', unchanged);
    enter(progress, 'a', 'apply');
    step(progress, 'a', 'late');
    end(progress, 'stranger', failed);
    expect(counts(progress)).toEqual(before);
    expect(progress.doneCount()).toBe(1);
    expect(progress.liveCount()).toBe(0);
  });
});

function counts(progress: Progress): readonly string[] {
  return phases.map((_, i) => `${progress.phaseCount(i).passed}/${progress.phaseCount(i).expected}`);
}

function enter(progress: Progress, host: string, phase: Phase, atMs = 0): void {
  progress.record({ kind: 'phase', host: host as HostName, phase }, atMs);
}

function step(progress: Progress, host: string, text: string): void {
  progress.record({ kind: 'step', host: host as HostName, text }, 0);
}

function end(progress: Progress, host: string, outcome: HostOutcome): void {
  progress.record({ kind: 'end', host: host as HostName, outcome, elapsedMs: 1 }, 0);
}
