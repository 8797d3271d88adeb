import type { Failure } from '../domain/outcome.ts';
import { applyProgram } from '../plan/apply-program.ts';
import type { Session } from '../transport/session.ts';
import type { Prepared, Surroundings } from './deployment.ts';

/** How the node's apply program ended. */
export type Applied =
  | { readonly kind: 'applied' }
  /** Nothing was written. */
  | { readonly kind: 'untouched'; readonly because: Failure }
  /** A step failed and the node took everything back at once; `undo` is its word: `reverted`, or `stranded: …`. */
  | { readonly kind: 'undone'; readonly because: Failure; readonly undo: string }
  /** The answer broke off: the node alone knows how far it came. */
  | { readonly kind: 'lost'; readonly because: Failure };

export type Transaction = { readonly id: string; readonly owner: string; readonly confirmWithinS: number };

/** Runs the apply program: one exec. Each step is reported as it ends. */
export async function apply(
  session: Session,
  prepared: Prepared,
  transaction: Transaction,
  surroundings: Surroundings,
): Promise<Applied> {
  const token = `@${surroundings.randomWord()}`;
  const answers: string[] = [];
  const manifest = prepared.manifest === null ? null : { ...prepared.manifest, pushedBy: transaction.owner };
  const program = applyProgram(prepared.plan, manifest, {
    ...transaction,
    token,
    programs: surroundings.programs,
  });
  const result = await session.run({
    program,
    deadlineMs: transaction.confirmWithinS * 1000 + 30_000,
    onLine: (line) => {
      if (!line.startsWith(`${token} `)) return;
      const answer = line.slice(token.length + 1);
      answers.push(answer);
      if (answer.startsWith('step '))
        surroundings.emit({ kind: 'step', host: prepared.plan.host, text: answer.slice('step '.length) });
    },
  });
  const [last = ''] = answers.slice(-1);
  const [before = ''] = answers.slice(-2);
  if (last === 'applied') return { kind: 'applied' };
  if (last.startsWith('refused '))
    return { kind: 'untouched', because: { kind: 'refused', message: last.slice('refused '.length), hint: null } };
  if (last.startsWith('stale '))
    return { kind: 'untouched', because: { kind: 'stale', message: last.slice('stale '.length) } };
  if (last.startsWith('locked '))
    return {
      kind: 'untouched',
      because: { kind: 'locked', message: `another push is under way here: ${last.slice('locked '.length)}` },
    };
  if (before.startsWith('failed '))
    return { kind: 'undone', because: stepFailure(before.slice('failed '.length)), undo: last };
  if (!result.ok) return { kind: 'lost', because: result.error };
  return {
    kind: 'lost',
    because: {
      kind: 'protocol',
      message: `the apply program ended early (exit ${result.value.exitCode}): ${result.value.stderr.trim().slice(-200)}`,
    },
  };
}

function stepFailure(text: string): Failure {
  const colon = text.indexOf(': ');
  return { kind: 'step', step: text.slice(0, colon), message: text.slice(colon + 2).trim() };
}
