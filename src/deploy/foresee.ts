import { type ActionResults, idleResult } from '../domain/action.ts';
import type { ForeseenAction } from '../domain/change.ts';
import type { Failure, HostOutcome } from '../domain/outcome.ts';
import { hasGuard } from './action-program.ts';
import type { Interlude, Surroundings } from './deployment.ts';
import type { Look } from './look.ts';
import { isConnectionGone } from './look.ts';
import { runAction } from './run-action.ts';

type Seen = Extract<Look, { kind: 'seen' }>;

/**
 * Adds to the plan of a host what its actions would do. Commands that say whether there is anything to do are asked; nothing else runs.
 * An action that is sure to fail ends the look, while the host is untouched.
 */
export async function foresee(seen: Look, surroundings: Surroundings): Promise<Look> {
  if (seen.kind === 'ended' || seen.deployment.interludes.length === 0) return seen;
  const actions: ForeseenAction[] = [];
  let results: ActionResults = {};
  for (const interlude of seen.deployment.interludes) {
    const { task } = interlude;
    const foreseen = await foreseeOne(interlude, results, seen, surroundings);
    if ('status' in foreseen) {
      await seen.session.close();
      return { kind: 'ended', deployment: seen.deployment, outcome: foreseen };
    }
    const isIdle = foreseen.verdict === 'idle';
    if (isIdle && task.register !== null)
      results = { ...results, [task.register]: idleResult(foreseen.why === skipped) };
    actions.push({ ...foreseen, words: task.words });
  }
  const { plan, manifest } = seen.prepared;
  return { ...seen, prepared: { plan: { ...plan, actions }, manifest } };
}

const skipped = 'its condition is false';

async function foreseeOne(
  { task, hide }: Interlude,
  results: ActionResults,
  { session }: Seen,
  surroundings: Surroundings,
): Promise<Omit<ForeseenAction, 'words'> | HostOutcome> {
  const runs = { verdict: task.isCheck ? 'check' : 'runs', why: null } as const;
  if (task.needs.some((name) => results[name] === undefined))
    return task.isCheck ? runs : { verdict: 'depends', why: null };
  const settled = task.resolve(results);
  if (!settled.ok) return failed({ kind: 'action', action: task.words, message: hide(settled.error), output: [] });
  const action = settled.value;
  if (action === null) return { verdict: 'idle', why: skipped };
  if (action.kind === 'assert' && action.failure !== null)
    return failed({ kind: 'action', action: task.words, message: hide(action.failure), output: [] });
  if (action.kind === 'assert' || action.kind === 'verify' || action.kind === 'reboot' || !hasGuard(action))
    return runs;
  const end = await runAction(action, { session, wish: 'look' }, surroundings);
  if (!end.ok) return failed(end.error);
  return end.value.kind === 'idle'
    ? { verdict: 'idle', why: end.value.why === null ? null : hide(end.value.why) }
    : runs;
}

function failed(because: Failure): HostOutcome {
  return { status: isConnectionGone(because) ? 'unreachable' : 'failed', because };
}
