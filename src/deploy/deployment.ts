import type { ActionTask } from '../domain/action.ts';
import type { HostPlan } from '../domain/change.ts';
import type { HostConnection } from '../domain/host.ts';
import type { Manifest, Observed } from '../domain/observed.ts';
import type { Failure, HostEvent } from '../domain/outcome.ts';
import type { Result } from '../domain/result.ts';
import type { Sight } from '../domain/sight.ts';
import type { Connect } from '../transport/session.ts';

/** A plan with what the host shall remember of it; null where it shall forget mlbroute. */
export type Prepared = { readonly plan: HostPlan; readonly manifest: Manifest | null };

/** An action, and the state that must be there before it: asked as `Deployment.prepare`. */
export type Interlude = {
  readonly prepare: Deployment['prepare'];
  /** False: that state is there since the action before this one. */
  readonly isNew: boolean;
  readonly task: ActionTask;
  /** Takes secrets out of what is told of it. */
  readonly hide: (text: string) => string;
};

/** One host to deploy to: how to reach it, and what follows from what is seen there. Asked again after apply, it must plan nothing. */
export type Deployment = {
  readonly connection: HostConnection;
  /** True: the look also brings the earlier generations. */
  readonly wantsHistory: boolean;
  readonly sight: Sight;
  readonly prepare: (observed: Observed) => Result<Prepared, readonly Failure[]>;
  /** What is done before that state is there as a whole. */
  readonly interludes: readonly Interlude[];
};

/** The programs that run on hosts, as texts. */
export type NodePrograms = {
  readonly observe: string;
  readonly apply: string;
  readonly transaction: string;
  readonly probe: string;
  readonly action: string;
};

/** The outside world, handed in. */
export type Surroundings = {
  readonly connect: Connect;
  readonly programs: NodePrograms;
  /** A word of letters and digits that nobody can guess. */
  readonly randomWord: () => string;
  readonly sleep: (ms: number) => Promise<void>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly emit: (event: HostEvent) => void;
};
