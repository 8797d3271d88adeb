import type { HostName } from './host.ts';
import type { Portion } from './portion.ts';

/** Hosts of a run that are changed in batches of their own, before those of the next wave. */
export type Wave = {
  readonly hosts: ReadonlySet<HostName>;
  /** Sizes of its batches, the last one repeated; none: one batch. */
  readonly serial: readonly Portion[];
  /** How many of its hosts may fail. Null: any number within a batch, none before the next. */
  readonly maxFail: Portion | null;
  /** Whose limit that is, e.g. `max_fail of play "Storage"`. */
  readonly limitName: string;
};
