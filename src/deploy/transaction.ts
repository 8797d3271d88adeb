import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Session } from '../transport/session.ts';

const folder = '/var/lib/mlbroute';
const deadlineMs = 60_000;

/** The command a person runs on a host whose undo failed, to try it again. */
export function commandToRetryUndo(id: string): string {
  return `sudo sh ${folder}/transactions/${id}/transaction again`;
}

/** Asks the node to confirm or to revert a transaction. The answer is the node's word: `confirmed`, `reverted`, `stranded: …` or `too late: …`. */
export async function settle(
  session: Session,
  id: string,
  wish: 'confirm' | 'revert',
): Promise<Result<string, Failure>> {
  return lastLine(session, `sh ${folder}/transactions/${id}/transaction ${wish}`);
}

/** What became of a transaction, by the node's own record: `open`, `confirmed`, `reverted`, `stranded: …`, or `none` where it never began. */
export async function fateOf(session: Session, id: string): Promise<Result<string, Failure>> {
  const program = [
    `if [ "$(readlink ${folder}/pending)" = transactions/${id} ]; then echo open`,
    `elif read -r last fate <${folder}/last && [ "$last" = ${id} ]; then echo "$fate"`,
    'else echo none; fi',
  ].join('\n');
  return lastLine(session, program);
}

async function lastLine(session: Session, program: string): Promise<Result<string, Failure>> {
  const answer = await session.run({
    program: `main() {\n${program}\n}\nmain </dev/null 2>&1\n`,
    deadlineMs,
    onLine: null,
  });
  if (!answer.ok) return answer;
  const line = answer.value.stdout.trim().split('\n').at(-1) ?? '';
  return line === ''
    ? err({ kind: 'protocol', message: `no answer from the transaction: ${answer.value.stderr.trim()}` })
    : ok(line);
}
