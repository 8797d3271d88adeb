import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Session } from '../transport/session.ts';

const folder = '/var/lib/mlbroute';
const deadlineMs = 60_000;

/** The command a person runs on a host whose undo failed, to try it again. */
export function commandToRetryUndo(id: string): string {
  return `sudo sh ${folder}/transactions/${id}/transaction again`;
}

/** Shell text that moves a transaction's deadline. It says nothing and stops nothing: too late, the confirmation will tell. */
export function extendProgram(id: string, bySeconds: number): string {
  return `sh ${folder}/transactions/${id}/transaction extend ${bySeconds} >/dev/null 2>&1\n`;
}

/** Ends a transaction that nobody else will end. The answer is `confirmed`, `reverted` or `stranded: …`. */
export async function resolveStale(session: Session, id: string): Promise<Result<string, Failure>> {
  const script = `${folder}/transactions/${id}/transaction`;
  // Without its program, or with one that a power cut left empty, nothing was written yet: all of it is on the disk before that.
  const guard = '/etc/systemd/system/mlbroute-revert.service';
  return lastLine(
    session,
    `if [ -s ${script} ]; then sh ${script} resolve; else rm -rf ${guard} ${folder}/pending ${folder}/transactions/${id}; echo reverted; fi`,
  );
}

/**
 * Asks the node to confirm or to revert a transaction. The answer is the node's word: `confirmed`, `reverted`, `stranded: …` or `too late: …`;
 * `none` and `gone` as in `fateOf`.
 */
export async function settle(
  session: Session,
  id: string,
  wish: 'confirm' | 'revert',
): Promise<Result<string, Failure>> {
  const script = `${folder}/transactions/${id}/transaction`;
  // A transaction that is over has no program any more, but its end is on record.
  const over = [
    `if [ -e ${script} ]; then sh ${script} ${wish}; else`,
    `fate=$(\n${fateProgram(id)}\n)`,
    `case $fate in reverted) echo 'too late: the host has reverted' ;; *) echo "$fate" ;; esac`,
    'fi',
  ];
  return lastLine(session, over.join('\n'));
}

/**
 * What became of a transaction, by the node's own record: `open`, `confirmed`, `reverted`, `stranded: …`, `none` where it never began, or
 * `gone` where the host remembers nothing of mlbroute.
 */
export async function fateOf(session: Session, id: string): Promise<Result<string, Failure>> {
  return lastLine(session, fateProgram(id));
}

function fateProgram(id: string): string {
  return [
    `if [ "$(readlink ${folder}/pending)" = transactions/${id} ]; then echo open`,
    `elif grep -q '^${id} ' ${folder}/last 2>/dev/null; then sed -n 's/^${id} //p' ${folder}/last`,
    // Removal takes the record of it away, too.
    `elif [ ! -e ${folder} ]; then rm -rf ${folder}.${id}; echo gone`,
    // What it had begun to put down for itself goes; should it still be on its way, it will find no place to begin.
    `else rm -rf ${folder}/transactions/${id}; echo none; fi`,
  ].join('\n');
}

async function lastLine(session: Session, program: string): Promise<Result<string, Failure>> {
  const answer = await session.run({
    program: `main() {\n${program}\n}\nmain </dev/null 2>&1\n`,
    deadlineMs,
    onLine: null,
    shell: 'shared',
  });
  if (!answer.ok) return answer;
  const line = answer.value.stdout.trim().split('\n').at(-1) ?? '';
  // A program that was killed, or could not run, leaves a last line of somebody else's.
  if (/^(confirmed|reverted|open|none|gone|stranded:.*|too late: .*)$/.test(line)) return ok(line);
  return err({ kind: 'protocol', message: `the transaction gave no answer${line === '' ? '' : `, but: ${line}`}` });
}
