import type { Deployment } from '../deploy/deployment.ts';
import { noState } from '../domain/desired-state.ts';
import { ok } from '../domain/result.ts';
import { plainSight } from '../domain/sight.ts';
import { makePlan } from '../plan/make-plan.ts';
import { changeHosts } from './change-hosts.ts';
import { choiceWithoutOrder } from './chosen-hosts.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { RolloutOptions } from './options.ts';
import { load } from './session.ts';

export type RemoveOptions = RolloutOptions & { readonly check: boolean; readonly diff: boolean };

/** `mlbroute remove`: everything mlbroute owns goes, what it changed gets its old value back, and the host forgets it: a transaction like any push. */
export async function remove(options: RemoveOptions, io: Io): Promise<number> {
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  const deployments = loaded.value.hosts.map(
    ({ deployment: { connection } }): Deployment => ({
      connection,
      wantsHistory: false,
      sight: plainSight,
      interludes: [],
      prepare: (observed) => {
        const plan = makePlan({ host: connection.name, desired: noState, files: [], observed, warnings: [] });
        return plan.ok ? ok({ plan: plan.value, manifest: null }) : plan;
      },
    }),
  );
  const choice = choiceWithoutOrder(deployments, { check: options.check, secrets: loaded.value.secrets });
  return changeHosts(choice, { ...options, words: ['remove'], question: 'Remove mlbroute from' }, io);
}
