import type { Deployment } from '../deploy/deployment.ts';
import type { HostConnection } from '../domain/host.ts';
import type { Manifest, Observed } from '../domain/observed.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { plainSight } from '../domain/sight.ts';
import { acceptObstacles } from '../plan/accept-obstacles.ts';
import { makePlan } from '../plan/make-plan.ts';
import { makeManifest } from '../plan/manifest.ts';
import { changeHosts } from './change-hosts.ts';
import { choiceWithoutOrder } from './chosen-hosts.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { RolloutOptions } from './options.ts';
import { load } from './session.ts';

export type RollbackOptions = RolloutOptions & {
  readonly check: boolean;
  readonly diff: boolean;
  /** The generation to bring back; null: the one before the present. */
  readonly to: number | null;
};

/** `mlbroute rollback`: brings an earlier confirmed state back, as each host itself recorded it: a transaction like any push, and a new generation. */
export async function rollback(options: RollbackOptions, io: Io): Promise<number> {
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  const deployments = loaded.value.hosts.map(({ deployment }) => returning(deployment.connection, options.to));
  const choice = choiceWithoutOrder(deployments, { check: options.check, secrets: loaded.value.secrets });
  const words = ['rollback', ...(options.to === null ? [] : ['--to', String(options.to)])] as const;
  return changeHosts(choice, { ...options, words, question: 'Roll back' }, io);
}

/** The first look at a host fixes which generation is meant: while it is verified, the present one is the new one already. */
function returning(connection: HostConnection, to: number | null): Deployment {
  let target: Manifest | null = null;
  return {
    connection,
    wantsHistory: true,
    sight: plainSight,
    interludes: [],
    prepare: (observed) => {
      const chosen = target === null ? choose(observed, to) : ok(target);
      if (!chosen.ok) return err([chosen.error]);
      target = chosen.value;
      const { desired, files, generation, pushedBy } = target;
      const message = `this is generation ${generation}${pushedBy === null ? '' : `, pushed by ${pushedBy}`}`;
      const warnings = [{ code: 'rollback', message, hint: 'the next push brings the inventory’s state again' }];
      const plan = makePlan({ host: connection.name, desired, files, observed, warnings });
      if (!plan.ok) return plan;
      // A way back is not the moment to find fault: what stands against this state stood when it was pushed, or is told as a warning.
      return ok({ plan: acceptObstacles(plan.value, 'all'), manifest: makeManifest(desired, files, observed) });
    },
  };
}

function choose({ recorded, history }: Observed, to: number | null): Result<Manifest, Failure> {
  const refuse = (message: string, hint: string | null) => err({ kind: 'refused', message, hint } as const);
  if (recorded === null) return refuse('no push was ever confirmed here', null);
  const wanted = to ?? recorded.generation - 1;
  const found = history.find(({ generation }) => generation === wanted);
  if (found !== undefined) return ok(found);
  if (to === null && wanted === 0)
    return refuse('this is the first generation', 'mlbroute remove takes everything away');
  const known = history.map(({ generation }) => generation).filter((generation) => generation !== recorded.generation);
  return refuse(
    `generation ${wanted} is not on the host any more`,
    known.length === 0 ? null : `it has ${known.join(', ')}`,
  );
}
