import type { Failure } from '../domain/outcome.ts';
import { applyProgram } from '../plan/apply-program.ts';
import type { Surroundings } from './deployment.ts';
import type { Look } from './look.ts';

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
  { session, prepared, observed }: Extract<Look, { kind: 'seen' }>,
  transaction: Transaction,
  surroundings: Surroundings,
): Promise<Applied> {
  const token = `@${surroundings.randomWord()}`;
  const answers: string[] = [];
  const manifest = prepared.manifest === null ? null : { ...prepared.manifest, pushedBy: transaction.owner };
  const program = applyProgram(prepared.plan, manifest, {
    ...transaction,
    token,
    generation: observed.recorded?.generation ?? 0,
    programs: surroundings.programs,
  });
  const result = await session.run({
    program,
    deadlineMs: transaction.confirmWithinS * 1000 + 30_000,
    onLine: (line) => {
      if (!line.startsWith(`${token} `)) return;
      const answer = line.slice(token.length + 1);
      answers.push(answer);
      const text = doneWords(answer);
      if (text !== null) surroundings.emit({ kind: 'step', host: prepared.plan.host, text });
    },
    shell: 'shared',
  });
  return judge(answers, () => {
    if (!result.ok) return withLastStep(result.error, answers);
    const { exitCode, stderr } = result.value;
    const message = `the apply program ended early (exit ${exitCode}): ${stderr.trim().slice(-200)}`;
    return { kind: 'protocol', message };
  });
}

/** What the node says that it has done; null for what is no step. */
function doneWords(answer: string): string | null {
  const [word, rest] = cut(answer);
  switch (word) {
    case 'armed':
      return `armed: unconfirmed, it reverts in ${rest} s`;
    case 'wrote':
      return rest === '1' ? '1 file written' : `${rest} files written`;
    case 'step':
      return rest;
    default:
      return null;
  }
}

/** Whoever looks for what hangs begins after the last step that ended. */
function withLastStep(failure: Failure, answers: readonly string[]): Failure {
  if (failure.kind !== 'timeout' && failure.kind !== 'connection-lost') return failure;
  const last = answers.flatMap((answer) => doneWords(answer) ?? []).at(-1) ?? 'nothing';
  return { ...failure, message: `${failure.message}; the last that the node had done: ${last}` };
}

/** Only a word that says the end counts as one: a program may die between any two of its words. */
function judge(answers: readonly string[], whyLost: () => Failure): Applied {
  const [word, rest] = cut(answers.at(-1) ?? '');
  const [wordBefore, restBefore] = cut(answers.at(-2) ?? '');
  switch (word) {
    case 'applied':
      return { kind: 'applied' };
    case 'refused':
      return { kind: 'untouched', because: { kind: 'refused', message: rest, hint: null } };
    case 'stale':
      return { kind: 'untouched', because: { kind: 'stale', message: rest } };
    case 'locked':
      return { kind: 'untouched', because: { kind: 'locked', message: `another push is under way here: ${rest}` } };
    case 'failed':
      return { kind: 'lost', because: stepFailure(rest) };
  }
  if (wordBefore !== 'failed') return { kind: 'lost', because: whyLost() };
  const because = stepFailure(restBefore);
  return word === 'reverted' || word === 'stranded:'
    ? { kind: 'undone', because, undo: `${word} ${rest}`.trim() }
    : { kind: 'lost', because };
}

/** The first word and what follows it. */
function cut(answer: string): readonly [string, string] {
  const space = answer.indexOf(' ');
  return space < 0 ? [answer, ''] : [answer.slice(0, space), answer.slice(space + 1)];
}

function stepFailure(text: string): Failure {
  const colon = text.indexOf(': ');
  return { kind: 'step', step: text.slice(0, colon), message: text.slice(colon + 2).trim() };
}
