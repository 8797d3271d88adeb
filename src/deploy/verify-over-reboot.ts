import { changesUntil } from '../boot/reboot-changes.ts';
import type { Finding } from '../domain/change.ts';
import type { HostName } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import { ok, type Result } from '../domain/result.ts';
import type { Deployment, Surroundings } from './deployment.ts';
import { type Look, look } from './look.ts';
import { rebootHost } from './reboot-host.ts';
import { type Verified, verifyHost } from './verify-host.ts';

/** How a host is restarted: what is run here around it, and how long it may take. */
export type RebootOptions = {
  readonly timeoutS: number;
  /** Before the restart, as `kubectl drain`; and after it where all is well. Null: nothing. */
  readonly before: Hook | null;
  readonly after: Hook | null;
};

/** A command of this machine that is about a host. */
export type Hook = (host: HostName) => Promise<Result<void, Failure>>;

/** Units go on after a host lets somebody log in, and a switch port may need its time; trouble counts when it is still there after these pauses. */
const pausesMs = [0, 5000, 15_000];

/**
 * Verifies a host, restarts it, and verifies it again, its running kernel against that from before. A host that is not as described at the start is not
 * restarted, and after one that is not at the end `after` does not run: whoever drained it shall look first.
 */
export async function verifyOverReboot(
  deployment: Deployment,
  { timeoutS, before, after }: RebootOptions,
  surroundings: Surroundings,
): Promise<Verified> {
  const { connection } = deployment;
  const failed = (because: Failure): Verified => ({
    kind: 'ended',
    deployment,
    outcome: { status: 'failed', because },
  });
  const say = (text: string) => surroundings.emit({ kind: 'step', host: connection.name, text });
  const first = await verifyHost(deployment, surroundings);
  if (first.kind === 'ended' || first.findings.length > 0) return first;
  const drained = before === null ? ok(undefined) : await before(connection.name);
  if (!drained.ok) return failed(drained.error);
  const seen = await look(deployment, 'read', surroundings);
  if (seen.kind === 'ended') return seen;
  say('restarts');
  const session = await rebootHost(seen.session, { connection, timeoutS }, surroundings);
  if (!session.ok) return failed(session.error);
  await session.value.close();
  say('is back');
  const second = await verifyUntilWell(deployment, seen, surroundings);
  if (second.kind === 'ended' || second.findings.length > 0) return second;
  const undrained = after === null ? ok(undefined) : await after(connection.name);
  return undrained.ok ? second : failed(undrained.error);
}

async function verifyUntilWell(
  deployment: Deployment,
  { observed, prepared: { manifest } }: Extract<Look, { kind: 'seen' }>,
  surroundings: Surroundings,
): Promise<Verified> {
  for (const [index, pauseMs] of pausesMs.entries()) {
    await surroundings.sleep(pauseMs);
    const again = await verifyHost(deployment, surroundings);
    const isLast = index === pausesMs.length - 1;
    if (again.kind === 'ended') {
      if (isLast) return again;
      continue;
    }
    const changes = manifest === null ? [] : changesUntil(manifest.desired, observed, again.observed);
    const findings = [
      ...again.findings,
      ...changes.map(({ sign, words }): Finding => {
        const message = `${signWords[sign]} since the host restarted`;
        return { code: 'after-reboot', where: 'running', subject: words, message, hint: null };
      }),
    ];
    if (findings.length === 0 || isLast) return { ...again, findings };
  }
  throw new Error('there is a last pause');
}

const signWords = { '+': 'has come', '-': 'is gone', '~': 'is otherwise' } as const;
