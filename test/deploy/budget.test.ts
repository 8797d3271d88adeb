import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureBudget, whyStop } from '../../src/deploy/budget.ts';
import { parsePortion } from '../../src/domain/portion.ts';
import { sure } from './sample-state.ts';

const budgetOf = (text: string | null, hosts: number) =>
  failureBudget(text === null ? null : sure(parsePortion(text)), { hosts, failedBefore: 0, limitName: '--max-fail' });

describe('a failure budget', () => {
  it.each<[string | null, number, number]>([
    ['0', 50, 0],
    ['2', 50, 2],
    ['2', 1, 2],
    ['10%', 50, 5],
    ['10%', 19, 1],
    ['10%', 9, 0],
    ['100%', 9, 9],
    [null, 50, 0],
  ])('of --max-fail %s allows %i hosts %i failures', (maxFail, hosts, allowed) => {
    expect(budgetOf(maxFail, hosts).allowed).toBe(allowed);
  });

  it('is spent by the first failure beyond it, and by none before', () => {
    const percentages = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(percentages, fc.integer({ min: 1, max: 500 }), fc.nat(500), (percent, hosts, failed) => {
        const isSpent = whyStop(budgetOf(`${percent}%`, hosts), failed) !== null;
        expect(isSpent).toBe(failed > (hosts * percent) / 100 && failed > Math.floor((hosts * percent) / 100));
      }),
    );
  });

  it.each<[string | null, number, string]>([
    ['0', 1, '1 host failed, and --max-fail is 0'],
    ['10%', 3, '3 hosts failed, and --max-fail is 10% (2 of 20)'],
    [null, 2, '2 hosts failed, and no --max-fail allows it'],
  ])('of --max-fail %s says why after %i failures', (maxFail, failed, words) => {
    expect(whyStop(budgetOf(maxFail, 20), failed)).toBe(words);
  });
});
