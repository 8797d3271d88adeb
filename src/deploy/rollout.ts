import { type FailureBudget, whyStop } from './budget.ts';

/** Runs `work` over all items, at most `forks` at a time, in order of start; results in the order of the items. `work` must not throw for expected trouble. */
export async function rollOut<T, R>(
  items: readonly T[],
  forks: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(forks, items.length) }, lane));
  return results;
}

/** What a rollout in batches is made of. */
export type BatchRollout<T, R> = {
  readonly forks: number;
  readonly budget: FailureBudget;
  /** Hosts of the run that failed before any batch began. */
  readonly failedBefore: number;
  readonly work: (item: T) => Promise<R>;
  /** The result of an item that is not begun. */
  readonly skip: (item: T, because: string) => Promise<R>;
  readonly isBad: (result: R) => boolean;
  /** Why nothing more may begin for a reason of the user's own, or null. */
  readonly interruption: () => string | null;
  readonly beginBatch: (items: readonly T[], index: number) => void;
  /** Looks once more at a batch that is done, before the next begins. Gives how many of its good results were not good after all. */
  readonly gate: (results: readonly R[], index: number) => Promise<number>;
};

/**
 * Runs batches one after another, each through a gate before the next; results in the order of the items. Where the budget is spent, or
 * there is an interruption, items at work come to their end and all others are skipped.
 */
export async function rollOutBatches<T, R>(
  batches: readonly (readonly T[])[],
  { forks, budget, work, skip, isBad, interruption, beginBatch, gate, failedBefore }: BatchRollout<T, R>,
): Promise<readonly R[]> {
  let failed = failedBefore;
  const whySkipNow = () => interruption() ?? (budget.isPerHost ? whyStop(budget, failed) : null);
  // One batch without a limit of its own is one attempt at everything: there is no later that could be spared.
  const whySkipBatch = () =>
    interruption() ?? (batches.length > 1 || budget.isPerHost ? whyStop(budget, failed) : null);

  const results: R[] = [];
  for (const [index, batch] of batches.entries()) {
    const because = whySkipBatch();
    if (because !== null) {
      results.push(...(await Promise.all(batch.map((item) => skip(item, because)))));
      continue;
    }
    beginBatch(batch, index);
    const ended = await rollOut(batch, forks, async (item) => {
      const reason = whySkipNow();
      if (reason !== null) return skip(item, reason);
      const result = await work(item);
      if (isBad(result)) failed++;
      return result;
    });
    results.push(...ended);
    if (index < batches.length - 1 && whySkipBatch() === null) failed += await gate(ended, index);
  }
  return results;
}
