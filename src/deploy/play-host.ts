import { type ActionResult, type ActionResults, idleResult } from '../domain/action.ts';
import type { HostOutcome } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Session } from '../transport/session.ts';
import type { Transaction } from './apply.ts';
import { carryOut } from './carry-out.ts';
import type { Deployment, Surroundings } from './deployment.ts';
import { doAction } from './do-action.ts';
import { hasNothingToDo, type Look, look, lookFor } from './look.ts';
import { stopAtObstacles } from './stop-at-obstacles.ts';

type Seen = Extract<Look, { kind: 'seen' }>;

/** How far a host has come. `seen` null: it must be looked at anew before its state is planned; `session` null: none is open. */
type Progress = {
  readonly seen: Seen | null;
  readonly session: Session | null;
  readonly results: ActionResults;
  readonly changes: number;
  readonly warnings: readonly string[];
};

/**
 * Brings a host to its state, by way of its actions: before each of them the state that the tasks above it declare, as a transaction of its
 * own which takes nothing away; in the end the whole. What goes wrong stops the host there. `begin` makes a transaction. Closes the session.
 */
export async function playHost(seen: Seen, begin: () => Transaction, surroundings: Surroundings): Promise<HostOutcome> {
  const { deployment } = seen;
  let at: Progress = { seen, session: seen.session, results: {}, changes: 0, warnings: [] };
  for (const { prepare, isNew, task, hide } of deployment.interludes) {
    if (isNew) {
      const reached = await reach({ ...deployment, prepare }, at, { begin, surroundings });
      if (!reached.ok) return reached.error;
      at = reached.value;
    }
    const settled = task.resolve(at.results);
    const fail = async (message: string, output: readonly string[]) => {
      await at.session?.close();
      const said = { message: hide(message), output: output.map(hide) };
      const because = { kind: 'action', action: task.words, ...said } as const;
      return afterChanges({ status: 'failed', because }, at.changes);
    };
    if (!settled.ok) return fail(settled.error, []);
    let result: ActionResult = idleResult(true);
    if (settled.value !== null) {
      surroundings.emit({ kind: 'phase', host: deployment.connection.name, phase: 'act' });
      const session = at.session === null ? await surroundings.connect(deployment.connection) : ok(at.session);
      if (!session.ok) return afterChanges({ status: 'unreachable', because: session.error }, at.changes);
      const done = await doAction(
        settled.value,
        { deployment: { ...deployment, prepare }, session: session.value },
        surroundings,
      );
      // Whatever it did, the host is not what was seen any more.
      at = { ...at, seen: null, session: done.session };
      if (!done.result.ok) return fail(done.result.error.message, done.result.error.output);
      result = done.result.value;
      const text = `${task.words}: ${result.changed ? 'changed' : result.skipped ? 'skipped' : 'no change'}`;
      surroundings.emit({ kind: 'step', host: deployment.connection.name, text });
    }
    if (task.register !== null) at = { ...at, results: { ...at.results, [task.register]: result } };
    if (result.changed) at = { ...at, changes: at.changes + 1 };
  }
  const reached = await reach(deployment, at, { begin, surroundings });
  if (!reached.ok) return reached.error;
  const { session, changes, warnings } = reached.value;
  await session?.close();
  return changes === 0 ? { status: 'unchanged' } : { status: 'changed', changes, warnings };
}

/** Brings a host to a state, or gives how it ended instead. */
async function reach(
  deployment: Deployment,
  at: Progress,
  { begin, surroundings }: { readonly begin: () => Transaction; readonly surroundings: Surroundings },
): Promise<Result<Progress, HostOutcome>> {
  if (at.seen === null) await at.session?.close();
  const seen = at.seen === null ? await look(deployment, 'change', surroundings) : await lookFor(deployment, at.seen);
  const ready = await stopAtObstacles(seen);
  if (ready.kind === 'ended') return err(afterChanges(ready.outcome, at.changes));
  if (hasNothingToDo(ready)) return ok({ ...at, seen: ready, session: ready.session });
  const outcome = await carryOut(ready, begin(), surroundings);
  if (outcome.status !== 'changed') return err(afterChanges(outcome, at.changes));
  const changes = at.changes + outcome.changes;
  return ok({
    ...at,
    seen: null,
    session: null,
    changes,
    warnings: [...new Set([...at.warnings, ...outcome.warnings])],
  });
}

/** What steps before have done stays, whatever becomes of the last one. */
function afterChanges(outcome: HostOutcome, changesBefore: number): HostOutcome {
  if (changesBefore === 0) return outcome;
  switch (outcome.status) {
    case 'failed':
    case 'reverted':
      return { ...outcome, changesBefore };
    case 'unreachable':
      return { status: 'failed', because: outcome.because, changesBefore };
    default:
      return outcome;
  }
}
