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

/** Items that are worked on at a time. Failures are counted by budget, over all batches that have the same. */
export type Batch<T> = {
  readonly items: readonly T[];
  readonly budget: FailureBudget;
  /** Other budgets that must not be overspent either when it begins. */
  readonly earlier: readonly FailureBudget[];
};

/** What a rollout in batches is made of. */
export type BatchRollout<T, R> = {
  readonly forks: number;
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
 * Runs batches one after another, each through a gate before the next; results in the order of the items. Where a budget is spent, or
 * there is an interruption, items at work come to their end and all others are skipped.
 */
export async function rollOutBatches<T, R>(
  batches: readonly Batch<T>[],
  { forks, work, skip, isBad, interruption, beginBatch, gate }: BatchRollout<T, R>,
): Promise<readonly R[]> {
  const failures = new Map<FailureBudget, number>();
  const failedOf = (budget: FailureBudget) => failures.get(budget) ?? budget.failedBefore;
  const count = (budget: FailureBudget, more: number) => failures.set(budget, failedOf(budget) + more);
  const whySkipNow = ({ budget }: Batch<T>) =>
    interruption() ?? (budget.isPerHost ? whyStop(budget, failedOf(budget)) : null);
  const whySkipBatch = ({ budget, earlier }: Batch<T>) => {
    // One batch without a limit of its own is one attempt at everything: there is no later that could be spared.
    const isAttempt = batches.length === 1 && earlier.length === 0 && !budget.isPerHost;
    const reasons = isAttempt ? [] : [...earlier, budget].map((each) => whyStop(each, failedOf(each)));
    return interruption() ?? reasons.find((reason) => reason !== null) ?? null;
  };

  const results: R[] = [];
  for (const [index, batch] of batches.entries()) {
    const because = whySkipBatch(batch);
    if (because !== null) {
      results.push(...(await Promise.all(batch.items.map((item) => skip(item, because)))));
      continue;
    }
    beginBatch(batch.items, index);
    const ended = await rollOut(batch.items, forks, async (item) => {
      const reason = whySkipNow(batch);
      if (reason !== null) return skip(item, reason);
      const result = await work(item);
      if (isBad(result)) count(batch.budget, 1);
      return result;
    });
    results.push(...ended);
    const next = batches[index + 1];
    if (next !== undefined && whySkipBatch(next) === null) count(batch.budget, await gate(ended, index));
  }
  return results;
}
