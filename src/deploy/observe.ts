import type { Observed } from '../domain/observed.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { parseObservation } from '../facts/observation.ts';
import type { Session } from '../transport/session.ts';
import type { Surroundings } from './deployment.ts';

const observeDeadlineMs = 30_000;

/** One look at a host: one exec, read-only. */
export async function observe(
  session: Session,
  { programs, randomWord }: Surroundings,
): Promise<Result<Observed, Failure>> {
  const token = `@${randomWord()}`;
  const answer = await session.run({
    program: `token='${token}'\n${programs.observe}`,
    deadlineMs: observeDeadlineMs,
    onLine: null,
  });
  if (!answer.ok) return answer;
  const observed = parseObservation(answer.value.stdout, token);
  if (observed.ok) return ok(observed.value);
  const complaint = answer.value.stderr.trim().split('\n').at(-1) ?? '';
  return err({ kind: 'protocol', message: complaint === '' ? observed.error : `${observed.error} (${complaint})` });
}
