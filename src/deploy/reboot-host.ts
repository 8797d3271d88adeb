import type { HostConnection } from '../domain/host.ts';
import { describeFailure, type Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Session } from '../transport/session.ts';
import type { Surroundings } from './deployment.ts';
import { isConnectionGone } from './look.ts';

const askMs = 30_000;
const pauseMs = 2000;
const settleMs = 60_000;
const settleProgram = `timeout ${settleMs / 1000} systemctl is-system-running --wait </dev/null >/dev/null 2>&1\n`;

/**
 * Restarts a host and waits until it is back: until it lets somebody log in and has another boot id. Closes the session, and gives a new one.
 * A host that takes nobody's login while it comes up (pam_nologin) is asked again.
 */
export async function rebootHost(
  session: Session,
  { connection, timeoutS }: { readonly connection: HostConnection; readonly timeoutS: number },
  { connect, sleep, now }: Surroundings,
): Promise<Result<Session, Failure>> {
  const before = await bootIdOf(session);
  if (!before.ok) return before;
  const asked = await session.run({ program: 'systemctl reboot </dev/null\n', deadlineMs: askMs, onLine: null });
  await session.close();
  // The connection may go before the answer comes.
  if (!asked.ok && !isConnectionGone(asked.error)) return asked;
  if (asked.ok && asked.value.exitCode !== 0 && asked.value.exitCode !== null)
    return err({ kind: 'step', step: 'systemctl reboot', message: asked.value.stderr.trim() });
  const endMs = now() + timeoutS * 1000;
  let last = 'it still runs as before';
  while (now() < endMs) {
    await sleep(pauseMs);
    const next = await connect(connection);
    if (!next.ok) {
      if (next.error.kind === 'host-key') return next;
      last = describeFailure(next.error);
      continue;
    }
    const after = await bootIdOf(next.value);
    if (after.ok && after.value !== before.value) {
      // What units bring up is there once systemd has done all it has to do, be it with failures of its own.
      await next.value.run({ program: settleProgram, deadlineMs: settleMs + askMs, onLine: null });
      return ok(next.value);
    }
    if (after.ok) last = 'it still runs as before';
    await next.value.close();
  }
  return err({ kind: 'timeout', message: `the host did not come back: ${last}`, afterMs: timeoutS * 1000 });
}

async function bootIdOf(session: Session): Promise<Result<string, Failure>> {
  const answer = await session.run({
    program: 'cat /proc/sys/kernel/random/boot_id\n',
    deadlineMs: askMs,
    onLine: null,
  });
  return answer.ok ? ok(answer.value.stdout.trim()) : answer;
}
