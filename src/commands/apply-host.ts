import { carryOut } from '../deploy/carry-out.ts';
import type { Deployment, Surroundings } from '../deploy/deployment.ts';
import type { Look } from '../deploy/look.ts';
import { playHost } from '../deploy/play-host.ts';
import type { HostOutcome } from '../domain/outcome.ts';
import type { Journal } from './journal.ts';
import { newTransaction } from './surroundings.ts';

/** A host that has a plan. */
export type Seen = Extract<Look, { kind: 'seen' }>;

/** A host that came to its end. */
export type Ended = { readonly deployment: Deployment; readonly outcome: HostOutcome };

/** How a host is looked at, and what its plan is held to. */
export type LookAt = (deployment: Deployment, surroundings: Surroundings) => Promise<Look>;

/** What applying needs beside the host. */
export type HostWork = {
  readonly surroundings: Surroundings;
  readonly confirmTimeoutS: number;
  /** Null where the look at the host is fresh and its session still open. */
  readonly lookAgain: LookAt | null;
  /** Null: this run is not written down. */
  readonly journal: Journal | null;
};

/** Carries out the plan of one host, written down and told. */
export async function applyHost(seen: Seen, work: HostWork): Promise<Ended> {
  const { surroundings, confirmTimeoutS, lookAgain, journal } = work;
  const { deployment } = seen;
  const host = deployment.connection.name;
  const began = surroundings.now();
  const ready = lookAgain === null ? seen : await lookOnceMore(seen, lookAgain, surroundings);
  let outcome: HostOutcome;
  if (ready.kind === 'ended') outcome = ready.outcome;
  else {
    const begin = () => {
      const transaction = newTransaction(confirmTimeoutS);
      journal?.record({ kind: 'start', host, transaction: transaction.id });
      return transaction;
    };
    outcome =
      ready.deployment.interludes.length > 0
        ? await playHost(ready, begin, surroundings)
        : await carryOut(ready, begin(), surroundings);
  }
  journal?.record({ kind: 'end', host, outcome });
  surroundings.emit({ kind: 'end', host, outcome, elapsedMs: surroundings.now() - began });
  return { deployment, outcome };
}

/** The end of a host that is not begun. Closes its session. */
export async function skipHost({ deployment, session }: Seen, because: string, work: HostWork): Promise<Ended> {
  await session.close();
  const outcome = { status: 'not-started', because } as const;
  work.journal?.record({ kind: 'end', host: deployment.connection.name, outcome });
  work.surroundings.emit({ kind: 'end', host: deployment.connection.name, outcome, elapsedMs: 0 });
  return { deployment, outcome };
}

/** What was shown is what is done: a host that would now get another plan is left alone. */
async function lookOnceMore(shown: Seen, lookAt: LookAt, surroundings: Surroundings): Promise<Look> {
  const again = await lookAt(shown.deployment, surroundings);
  if (again.kind === 'ended') return again;
  if (JSON.stringify(again.prepared.plan) === JSON.stringify(shown.prepared.plan)) return again;
  await again.session.close();
  const because = { kind: 'stale', message: 'the host changed after its plan was shown' } as const;
  return { kind: 'ended', deployment: shown.deployment, outcome: { status: 'failed', because } };
}
