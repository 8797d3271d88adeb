import { isUnchanged } from '../domain/change.ts';
import type { Observed, PendingTransaction } from '../domain/observed.ts';
import type { Failure, HostOutcome } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Session } from '../transport/session.ts';
import type { Deployment, Prepared, Surroundings } from './deployment.ts';
import { observe } from './observe.ts';
import { commandToRetryUndo, resolveStale } from './transaction.ts';

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

/**
 * Why a host is looked at. An audit, or a plan to be read, brings the files that the next boot reads, too; before a change an open transaction of somebody else stops
 * everything, and a dead one is ended first.
 */
export type Purpose = 'read' | 'audit' | 'change';

/** Connects to a host, observes it and makes its plan. Never throws for the host's trouble. */
export async function look(deployment: Deployment, purpose: Purpose, surroundings: Surroundings): Promise<Look> {
  const { emit } = surroundings;
  const host = deployment.connection.name;
  emit({ kind: 'phase', host, phase: 'connect' });
  const session = await surroundings.connect(deployment.connection);
  if (!session.ok) return { kind: 'ended', deployment, outcome: { status: 'unreachable', because: session.error } };
  const ended = async (outcome: HostOutcome): Promise<Look> => {
    await session.value.close();
    return { kind: 'ended', deployment, outcome };
  };
  emit({ kind: 'phase', host, phase: 'observe' });
  const observed = await observeFor(purpose, session.value, deployment, surroundings);
  if (!observed.ok) return ended(observed.error);
  emit({ kind: 'phase', host, phase: 'plan' });
  const prepared = deployment.prepare(observed.value);
  if (!prepared.ok) return ended({ status: 'failed', because: allOf(prepared.error) });
  return { kind: 'seen', deployment, observed: observed.value, prepared: prepared.value, session: session.value };
}

/** The same look at a host, with another state for it in view. */
export async function lookFor(deployment: Deployment, seen: Extract<Look, { kind: 'seen' }>): Promise<Look> {
  const prepared = deployment.prepare(seen.observed);
  if (prepared.ok) return { ...seen, deployment, prepared: prepared.value };
  await seen.session.close();
  return { kind: 'ended', deployment, outcome: { status: 'failed', because: allOf(prepared.error) } };
}

/** True where a look found nothing to do, not even something to look at once more. */
export function hasNothingToDo(seen: Extract<Look, { kind: 'seen' }>): boolean {
  // A push runs what only looks, too, though it changes nothing.
  const hasChecks = (seen.prepared.plan.actions ?? []).some(({ verdict }) => verdict === 'check');
  return staysAsItIs(seen) && !hasChecks;
}

/** True where a push would change nothing. */
export function staysAsItIs({ observed, prepared }: Extract<Look, { kind: 'seen' }>): boolean {
  const { recorded, persisted } = observed;
  // Files without a record are what a lost /var leaves: a push then writes the record again.
  const isRecordRight = prepared.manifest === null ? recorded === null : recorded !== null || persisted.length === 0;
  return isUnchanged(prepared.plan) && isRecordRight;
}

/** True where the trouble is with the way to the host, not with the host. */
export function isConnectionGone(failure: Failure): boolean {
  return failure.kind === 'connection-lost' || failure.kind === 'timeout' || failure.kind === 'connect';
}

async function observeFor(
  purpose: Purpose,
  session: Session,
  deployment: Deployment,
  surroundings: Surroundings,
): Promise<Result<Observed, HostOutcome>> {
  const { wantsHistory, sight } = deployment;
  const options = { wantsHistory, wantsBoot: purpose === 'audit', sight, extending: null };
  const observed = await observe(session, options, surroundings);
  if (!observed.ok) return err(troubleOf(observed.error));
  const { pending } = observed.value;
  if (purpose !== 'change' || pending === null) return ok(observed.value);
  if (!pending.isStale) return err({ status: 'failed', because: locked(pending) });
  const word = await resolveStale(session, pending.id);
  if (!word.ok) return err(troubleOf(word.error));
  surroundings.emit({
    kind: 'step',
    host: deployment.connection.name,
    text: `a push of ${pending.owner} was left open; ended it: ${word.value}`,
  });
  if (word.value.startsWith('stranded')) {
    const because = {
      kind: 'locked',
      message: `a push of ${pending.owner} was left open and could not be undone`,
    } as const;
    return err({ status: 'stranded', because, details: word.value, command: commandToRetryUndo(pending.id) });
  }
  const again = await observe(session, options, surroundings);
  return again.ok ? again : err(troubleOf(again.error));
}

function locked({ owner, secondsLeft }: PendingTransaction): Failure {
  const end = secondsLeft === null ? 'it has just begun' : `unconfirmed, it reverts in ${Math.max(0, secondsLeft)} s`;
  return { kind: 'locked', message: `another push is under way here: ${owner}; ${end}` };
}

function troubleOf(failure: Failure): HostOutcome {
  return { status: isConnectionGone(failure) ? 'unreachable' : 'failed', because: failure };
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
