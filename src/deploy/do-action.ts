import { type Action, type ActionResult, idleResult } from '../domain/action.ts';
import { describeFailure, type Failure } from '../domain/outcome.ts';
import { err, ok, type Result, unreachable } from '../domain/result.ts';
import type { Session } from '../transport/session.ts';
import type { Deployment, Surroundings } from './deployment.ts';
import { troubleAtGate } from './gate.ts';
import { isConnectionGone } from './look.ts';
import { rebootHost } from './reboot-host.ts';
import { runAction } from './run-action.ts';

/** Why an action failed, with the last lines that it said. */
type ActionFault = { readonly message: string; readonly output: readonly string[] };

/** What became of an action, and the session that is open after it; null: none. */
export type Done = { readonly result: Result<ActionResult, ActionFault>; readonly session: Session | null };

/** Does an action of a host. `deployment` is the state that is there. */
export async function doAction(
  action: Action,
  { deployment, session }: { readonly deployment: Deployment; readonly session: Session },
  surroundings: Surroundings,
): Promise<Done> {
  const looked = ok(idleResult(false));
  switch (action.kind) {
    case 'assert':
      return { result: action.failure === null ? looked : fault(action.failure), session };
    case 'verify': {
      await session.close();
      const findings = await troubleAtGate(deployment, surroundings);
      return { result: findings.length === 0 ? looked : fault('not as described', findings), session: null };
    }
    case 'reboot': {
      const { connection } = deployment;
      const back = await rebootHost(session, { connection, timeoutS: action.timeoutS }, surroundings);
      if (!back.ok) return { result: fault(describeFailure(back.error)), session: null };
      return { result: ok({ ...idleResult(false), changed: true }), session: back.value };
    }
    case 'command':
    case 'package':
    case 'wait': {
      const end = await runAction(action, { session, wish: 'act' }, surroundings);
      if (!end.ok) return { result: fault(wordsFor(end.error)), session };
      switch (end.value.kind) {
        case 'idle':
          return { result: looked, session };
        case 'done':
          return { result: ok(end.value.result), session };
        case 'failed':
          return { result: fault(end.value.message, end.value.output), session };
        case 'due':
          throw new Error('an action that was to be done was only looked at');
        default:
          return unreachable(end.value);
      }
    }
    default:
      return unreachable(action);
  }
}

function fault(message: string, output: readonly string[] = []): Result<never, ActionFault> {
  return err({ message, output });
}

function wordsFor(failure: Failure): string {
  const words = describeFailure(failure);
  return isConnectionGone(failure) ? `${words}; nobody saw how it ended` : words;
}
