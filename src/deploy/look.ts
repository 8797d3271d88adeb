import { isUnchanged } from '../domain/change.ts';
import type { Observed } from '../domain/observed.ts';
import type { Failure, HostOutcome } from '../domain/outcome.ts';
import type { Session } from '../transport/session.ts';
import type { Deployment, Prepared, Surroundings } from './deployment.ts';
import { observe } from './observe.ts';

/** What one connection and one exec tell about a host: it is as it should be or ended in trouble, or there is something to do. */
export type Look =
  | { readonly kind: 'ended'; readonly deployment: Deployment; readonly outcome: HostOutcome }
  /** The session is still open. */
  | {
      readonly kind: 'seen';
      readonly deployment: Deployment;
      readonly observed: Observed;
      readonly prepared: Prepared;
      readonly session: Session;
    };

/** Connects to a host, observes it and makes its plan. Never throws for the host's trouble. */
export async function look(deployment: Deployment, surroundings: Surroundings): Promise<Look> {
  const { emit } = surroundings;
  const host = deployment.connection.name;
  const ended = (outcome: HostOutcome): Look => ({ kind: 'ended', deployment, outcome });
  emit({ kind: 'phase', host, phase: 'connect' });
  const session = await surroundings.connect(deployment.connection);
  if (!session.ok) return ended({ status: 'unreachable', because: session.error });
  emit({ kind: 'phase', host, phase: 'observe' });
  const observed = await observe(session.value, surroundings);
  if (!observed.ok) {
    await session.value.close();
    return ended(
      isConnectionGone(observed.error)
        ? { status: 'unreachable', because: observed.error }
        : { status: 'failed', because: observed.error },
    );
  }
  emit({ kind: 'phase', host, phase: 'plan' });
  const prepared = deployment.prepare(observed.value);
  if (!prepared.ok) {
    await session.value.close();
    return ended({ status: 'failed', because: allOf(prepared.error) });
  }
  return { kind: 'seen', deployment, observed: observed.value, prepared: prepared.value, session: session.value };
}

/** True where a look found nothing to do. */
export function hasNothingToDo(seen: Extract<Look, { kind: 'seen' }>): boolean {
  const { recorded, persisted } = seen.observed;
  // Files without a record are what a lost /var leaves: a push then writes the record again.
  return isUnchanged(seen.prepared.plan) && (recorded !== null || persisted.length === 0);
}

/** Several reasons as one failure, none of them lost. */
function allOf(failures: readonly Failure[]): Failure {
  const [first] = failures;
  if (first === undefined) throw new Error('a refusal without a reason');
  if (failures.length === 1) return first;
  const say = (failure: Failure) =>
    failure.kind === 'refused' ? failure.message + (failure.hint === null ? '' : ` (${failure.hint})`) : failure.kind;
  return { kind: 'refused', message: failures.map(say).join('; '), hint: null };
}

/** True where the trouble is with the way to the host, not with the host. */
export function isConnectionGone(failure: Failure): boolean {
  return failure.kind === 'connection-lost' || failure.kind === 'timeout' || failure.kind === 'connect';
}
