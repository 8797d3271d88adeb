import { quoteWord } from '../domain/command.ts';
import type { Observed } from '../domain/observed.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Sight } from '../domain/sight.ts';
import { parseObservation } from '../facts/observation.ts';
import type { Session } from '../transport/session.ts';
import type { Surroundings } from './deployment.ts';
import { extendProgram } from './transaction.ts';
import { takeTurn } from './turns.ts';

const observeDeadlineMs = 30_000;

/** What a look does beside looking at the present. */
export type ObserveOptions = {
  /** Bring the earlier generations, too. */
  readonly wantsHistory: boolean;
  /** Bring whole files, to tell what the next boot makes of them. */
  readonly wantsBoot: boolean;
  readonly sight: Sight;
  /** An open transaction of ours whose deadline is moved first: it must not revert while it is being verified. */
  readonly extending: { readonly id: string; readonly bySeconds: number } | null;
};

/** One look at a host: one exec. Read-only but for the deadline that `extending` names. */
export async function observe(
  session: Session,
  { wantsHistory, wantsBoot, sight, extending }: ObserveOptions,
  { programs, randomWord }: Surroundings,
): Promise<Result<Observed, Failure>> {
  const token = `@${randomWord()}`;
  const first = extending === null ? '' : extendProgram(extending.id, extending.bySeconds);
  const answer = await session.run({
    program: `${first}token='${token}' history='${wantsHistory ? 'yes' : ''}' boot='${wantsBoot ? 'yes' : ''}' ipv6='${sight.ipv6 ? 'yes' : ''}' sysctls=${quoteWord(sight.sysctls.join(' '))} files=${quoteWord(sight.files.join(' '))} tables=${quoteWord(sight.tables.join(' '))} modules=${quoteWord(sight.modules.join(' '))} units=${quoteWord(sight.units.join(' '))}\n${programs.observe}`,
    deadlineMs: observeDeadlineMs,
    onLine: null,
    shell: 'shared',
  });
  if (!answer.ok) return answer;
  await takeTurn();
  const observed = parseObservation(answer.value.stdout, token);
  if (observed.ok) return ok(observed.value);
  const complaint = answer.value.stderr.trim().split('\n').at(-1) ?? '';
  return err({ kind: 'protocol', message: complaint === '' ? observed.error : `${observed.error} (${complaint})` });
}
