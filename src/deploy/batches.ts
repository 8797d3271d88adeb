import { hostsIn, type Portion } from '../domain/portion.ts';

/**
 * Cuts items into batches, in their order. The n-th size is that of the n-th batch, the last one repeats; percentages are of all items,
 * rounded down, and no batch is smaller than one item. No size at all: one batch.
 */
export function cutBatches<T>(items: readonly T[], sizes: readonly Portion[]): readonly (readonly T[])[] {
  const batches: (readonly T[])[] = [];
  for (let start = 0; start < items.length; ) {
    const size = sizes[Math.min(batches.length, sizes.length - 1)];
    const number = size === undefined ? items.length : Math.max(1, hostsIn(size, items.length));
    batches.push(items.slice(start, start + number));
    start += number;
  }
  return batches;
}
