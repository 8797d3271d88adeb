import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutBatches } from '../../src/deploy/batches.ts';
import { type Portion, parsePortion } from '../../src/domain/portion.ts';
import { sure } from './sample-state.ts';

const sizesOf = (text: string): readonly Portion[] =>
  text === '' ? [] : text.split(',').map((size) => sure(parsePortion(size)));

const anySize: fc.Arbitrary<Portion> = fc.oneof(
  fc.record({ kind: fc.constant('count' as const), hosts: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant('percent' as const), percent: fc.integer({ min: 1, max: 100 }) }),
);
const items = fc.integer({ min: 0, max: 120 }).map((length) => Array.from({ length }, (_, i) => i));

describe('cutBatches', () => {
  it.each<[string, number, readonly number[]]>([
    ['', 5, [5]],
    ['', 0, []],
    ['1', 3, [1, 1, 1]],
    ['2', 5, [2, 2, 1]],
    ['1,10%,50%', 40, [1, 4, 20, 15]],
    ['1,3', 8, [1, 3, 3, 1]],
    // Rounded down, and never to nothing.
    ['10%', 15, Array<number>(15).fill(1)],
    ['33%', 7, [2, 2, 2, 1]],
    ['1%', 3, [1, 1, 1]],
    ['100%', 7, [7]],
    ['50', 7, [7]],
  ])('with %j cuts %i hosts', (sizes, number, expected) => {
    const hosts = Array.from({ length: number }, (_, i) => i);
    expect(cutBatches(hosts, sizesOf(sizes)).map((batch) => batch.length)).toEqual(expected);
  });

  it('puts every host in exactly one batch, in order, and makes no empty batch', () => {
    fc.assert(
      fc.property(items, fc.array(anySize, { maxLength: 4 }), (all, sizes) => {
        const batches = cutBatches(all, sizes);
        expect(batches.flat()).toEqual(all);
        expect(batches.every(({ length }) => length > 0)).toBe(true);
      }),
    );
  });

  it('makes no batch larger than its size, and only the last one smaller', () => {
    fc.assert(
      fc.property(items, fc.array(anySize, { minLength: 1, maxLength: 4 }), (all, sizes) => {
        const batches = cutBatches(all, sizes);
        for (const [i, batch] of batches.entries()) {
          const size = sizes[Math.min(i, sizes.length - 1)] as Portion;
          const share = size.kind === 'count' ? size.hosts : (all.length * size.percent) / 100;
          expect(batch.length).toBeLessThanOrEqual(Math.max(1, share));
          if (i < batches.length - 1) expect(batch.length).toBeGreaterThan(share - 1);
        }
      }),
    );
  });
});
