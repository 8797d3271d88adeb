import { formatPortion, hostsIn, type Portion } from '../domain/portion.ts';

/** How many of some hosts may fail before no more are begun. */
export type FailureBudget = {
  readonly allowed: number;
  /** True: counted before each host. False: only between batches, so that a batch once begun is tried as a whole. */
  readonly isPerHost: boolean;
  /** The limit as the user knows it. */
  readonly words: string;
  /** How many had failed before any was begun. */
  readonly failedBefore: number;
};

/** The budget of so many hosts, the unchanged and unreachable ones among them. Percentages are rounded down. Null: nobody asked. */
export function failureBudget(
  maxFail: Portion | null,
  {
    hosts,
    failedBefore,
    limitName,
  }: { readonly hosts: number; readonly failedBefore: number; readonly limitName: string },
): FailureBudget {
  if (maxFail === null) return { allowed: 0, isPerHost: false, words: 'no --max-fail allows it', failedBefore };
  const allowed = hostsIn(maxFail, hosts);
  const share = maxFail.kind === 'percent' ? ` (${allowed} of ${hosts})` : '';
  return { allowed, isPerHost: true, words: `${limitName} is ${formatPortion(maxFail)}${share}`, failedBefore };
}

/** Why no more hosts may be begun after so many failed, or null where they may. */
export function whyStop(budget: FailureBudget, failed: number): string | null {
  return failed > budget.allowed ? `${failed === 1 ? '1 host' : `${failed} hosts`} failed, and ${budget.words}` : null;
}
