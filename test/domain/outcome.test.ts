import { describe, expect, it } from 'vitest';
import { isUnchanged } from '../../src/domain/change.ts';
import { describeFailure, type Failure } from '../../src/domain/outcome.ts';
import { unreachable } from '../../src/domain/result.ts';
import { managed, running, samplePlan } from '../report/sample-plan.ts';

describe('describeFailure', () => {
  it.each<[Failure, string]>([
    [{ kind: 'connect', message: 'connection refused', isTransient: true }, 'connection refused'],
    [{ kind: 'step', step: 'write /etc/x', message: 'disk full' }, 'write /etc/x: disk full'],
    [{ kind: 'verification', findings: ['a', 'b'] }, 'not as planned after apply: a; b'],
    [{ kind: 'timeout', message: 'no answer', afterMs: 1500 }, 'no answer (gave up after 1.5 s)'],
    [{ kind: 'refused', message: 'no', hint: null }, 'no'],
    [{ kind: 'refused', message: 'no', hint: 'do this' }, 'no (do this)'],
  ])('says %j as %j', (failure, text) => {
    expect(describeFailure(failure)).toBe(text);
  });
});

describe('isUnchanged', () => {
  it('is true only of a plan with neither files nor running changes', () => {
    const after = managed('/etc/mlbroute/a', 'x\n');
    expect(isUnchanged(samplePlan('node1'))).toBe(true);
    expect(isUnchanged(samplePlan('node1', { runtime: [running('+', 'a')] }))).toBe(false);
    const create = { kind: 'create', path: after.path, after, cause: 'inventory' } as const;
    expect(isUnchanged(samplePlan('node1', { files: [create] }))).toBe(false);
  });
});

it('a switch that meets what it cannot know says what that was', () => {
  expect(() => unreachable({ kind: 'new' } as never)).toThrow('not in the closed list: {"kind":"new"}');
});
