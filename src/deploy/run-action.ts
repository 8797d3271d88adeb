import type { ActionResult, NodeAction } from '../domain/action.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Session } from '../transport/session.ts';
import { actionProgram } from './action-program.ts';
import type { Surroundings } from './deployment.ts';

/** How an action ended on its host. */
export type ActionEnd =
  | { readonly kind: 'idle'; readonly why: string | null }
  /** A look found that there is something to do. */
  | { readonly kind: 'due' }
  | { readonly kind: 'done'; readonly result: ActionResult }
  /** It said that it failed; `message` is half a sentence. */
  | { readonly kind: 'failed'; readonly message: string; readonly output: readonly string[] };

/** This many of the last lines are told of an action that failed. */
const toldLines = 20;

/** Beyond the action's own time, for the way to the host and for a program that does not end when it is told to. */
const graceMs = 60_000;

/** Does an action on its host, or looks whether there is anything to do: one exec. */
export async function runAction(
  action: NodeAction,
  { session, wish }: { readonly session: Session; readonly wish: 'look' | 'act' },
  { programs, randomWord }: Surroundings,
): Promise<Result<ActionEnd, Failure>> {
  const token = `@${randomWord()}`;
  const answer = await session.run({
    program: actionProgram(action, { token, wish, program: programs.action }),
    deadlineMs: action.timeoutS * 1000 + graceMs,
    onLine: null,
  });
  if (!answer.ok) return answer;
  const { stdout, stderr } = answer.value;
  const mark = stdout.lastIndexOf(`\n${token} `);
  const [word, ...rest] =
    mark < 0
      ? ['']
      : stdout
          .slice(mark + token.length + 2)
          .trim()
          .split(' ');
  switch (word) {
    case 'idle':
      return ok({ kind: 'idle', why: rest.length === 0 ? null : rest.join(' ') });
    case 'due':
      return ok({ kind: 'due' });
    case 'end':
      return ok(endOf(action, Number(rest[0]), { stdout: stdout.slice(0, mark), stderr }));
    default:
      return err({ kind: 'protocol', message: `the action gave no answer: ${lastLines(stdout + stderr, 1).join('')}` });
  }
}

function endOf(action: NodeAction, rc: number, said: { readonly stdout: string; readonly stderr: string }): ActionEnd {
  const [stdout, stderr] = [said.stdout.replace(/\n$/, ''), said.stderr.replace(/\n$/, '')];
  const isOk = action.kind === 'command' ? action.ok.includes(rc) : rc === 0;
  if (!isOk)
    return { kind: 'failed', message: whyOf(action, rc), output: lastLines(`${stdout}\n${stderr}`, toldLines) };
  const stdout_lines = stdout === '' ? [] : stdout.split('\n');
  return {
    kind: 'done',
    result: { rc, stdout, stdout_lines, stderr, changed: hasChanged(action, rc), skipped: false },
  };
}

function hasChanged(action: NodeAction, rc: number): boolean {
  if (action.kind !== 'command') return action.kind === 'package';
  return typeof action.changed === 'boolean' ? action.changed : action.changed.includes(rc);
}

function whyOf(action: NodeAction, rc: number): string {
  // Of timeout(1): 124 where it had to end the command, 137 where that had to be by force.
  if (rc !== 124 && rc !== 137) return `exit code ${rc}`;
  return action.kind === 'wait' ? `still not so after ${action.timeoutS} s` : `not done after ${action.timeoutS} s`;
}

function lastLines(text: string, count: number): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);
}
