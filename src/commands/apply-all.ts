import { carryOut } from '../deploy/carry-out.ts';
import type { Deployment, Surroundings } from '../deploy/deployment.ts';
import { type Look, look } from '../deploy/look.ts';
import type { HostOutcome } from '../domain/outcome.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { ConnectionOptions } from './options.ts';
import { onEach, openReporter } from './session.ts';
import { newTransaction } from './surroundings.ts';

/** A host that has a plan. */
export type Seen = Extract<Look, { kind: 'seen' }>;

/** A host that came to its end. */
export type Ended = { readonly deployment: Deployment; readonly outcome: HostOutcome };

type ApplyOptions = ConnectionOptions & { readonly yes: boolean; readonly confirmTimeoutS: number };

/**
 * Carries out all plans. The first signal lets hosts at work come to their end and starts no more; the second ends the process at once,
 * and the nodes at work revert by themselves.
 */
export async function applyAll(
  busy: readonly Seen[],
  options: ApplyOptions,
  surroundings: Surroundings,
  io: Io,
): Promise<{ readonly ended: readonly Ended[]; readonly isInterrupted: boolean }> {
  const deployments = busy.map(({ deployment }) => deployment);
  const reporter = await openReporter(deployments, ['apply', 'verify', 'confirm'], options, io);
  const working = new Set<string>();
  let isInterrupted = false;
  const stopListening = io.onInterrupt((signal) => {
    if (isInterrupted) {
      const names = [...working].join(', ');
      io.stderr(`\nStopped. These hosts revert by themselves within ${options.confirmTimeoutS} s: ${names}\n`);
      process.exit(exitCodes.interrupted);
    }
    isInterrupted = true;
    reporter.note(
      `${signal}: no more hosts are started; ${working.size} at work come to their end. Once more stops now.`,
    );
  });
  const workOn = async (seen: Seen): Promise<Ended> => {
    const { deployment } = seen;
    if (isInterrupted) {
      await seen.session.close();
      return { deployment, outcome: { status: 'not-started', because: 'interrupted' } };
    }
    working.add(deployment.connection.name);
    const there = { ...surroundings, emit: reporter.emit };
    const ready = options.yes ? seen : await lookAgain(seen, there);
    const outcome =
      ready.kind === 'ended' ? ready.outcome : await carryOut(ready, newTransaction(options.confirmTimeoutS), there);
    working.delete(deployment.connection.name);
    return { deployment, outcome };
  };
  const ended = await onEach(busy, options.forks, workOn, { emit: reporter.emit, endOf: (end) => end });
  stopListening();
  await reporter.close();
  return { ended, isInterrupted };
}

/** What was agreed to is what is done: a host that would now get another plan is left alone. */
async function lookAgain(agreed: Seen, surroundings: Surroundings): Promise<Look> {
  const again = await look(agreed.deployment, surroundings);
  const isSame = again.kind === 'seen' && JSON.stringify(again.prepared.plan) === JSON.stringify(agreed.prepared.plan);
  if (again.kind === 'ended' || isSame) return again;
  await again.session.close();
  const because = { kind: 'stale', message: 'the host changed after its plan was shown' } as const;
  return { kind: 'ended', deployment: agreed.deployment, outcome: { status: 'failed', because } };
}
