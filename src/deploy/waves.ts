import type { HostName } from '../domain/host.ts';
import type { Portion } from '../domain/portion.ts';
import type { Wave } from '../domain/wave.ts';
import { cutBatches } from './batches.ts';
import { type FailureBudget, failureBudget } from './budget.ts';
import type { Batch } from './rollout.ts';

/** What a run is cut by: its waves, and what was said for this run in place of them. */
export type Cut = {
  readonly waves: readonly Wave[];
  /** Not empty: the run is one wave with these batches. */
  readonly serial: readonly Portion[];
  /** Not null: failures are counted over the whole run. */
  readonly maxFail: Portion | null;
  /** All hosts of the run, and those that failed before any batch; hosts of no wave come last. */
  readonly hosts: readonly HostName[];
  readonly failed: readonly HostName[];
};

/** Cuts what is to be changed into batches, wave after wave. A wave that has nothing to change still counts its failures against those after it. */
export function cutWaves<T>(
  items: readonly T[],
  nameOf: (item: T) => HostName,
  { waves, serial, maxFail, hosts, failed }: Cut,
): readonly Batch<T>[] {
  const planned = serial.length > 0 ? [] : waves;
  const placed = new Set(planned.flatMap((wave) => [...wave.hosts]));
  const rest = { hosts: new Set(hosts.filter((name) => !placed.has(name))), serial, maxFail: null };
  const limitName = '--max-fail';
  const ofRun = failureBudget(maxFail, { hosts: hosts.length, failedBefore: failed.length, limitName });
  const before: FailureBudget[] = [];
  return [...planned, { ...rest, limitName }].flatMap((wave): readonly Batch<T>[] => {
    const among = (names: readonly HostName[]) => names.filter((name) => wave.hosts.has(name)).length;
    const counts = { hosts: among(hosts), failedBefore: among(failed), limitName: wave.limitName };
    const own = maxFail === null ? failureBudget(wave.maxFail, counts) : ofRun;
    const earlier = before.filter((budget) => budget !== own);
    before.push(own);
    const its = items.filter((item) => wave.hosts.has(nameOf(item)));
    return cutBatches(its, wave.serial).map((batch) => ({ items: batch, budget: own, earlier }));
  });
}
