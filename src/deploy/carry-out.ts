import type { HostPlan } from '../domain/change.ts';
import { isOwnPath } from '../domain/declared-file.ts';
import type { HostConnection } from '../domain/host.ts';
import type { Failure, HostOutcome } from '../domain/outcome.ts';
import { describeFailure } from '../domain/outcome.ts';
import { findingsOf } from '../plan/findings.ts';
import type { Session } from '../transport/session.ts';
import { apply, type Transaction } from './apply.ts';
import type { Surroundings } from './deployment.ts';
import { isConnectionGone, type Look } from './look.ts';
import { observe } from './observe.ts';
import { commandToRetryUndo, fateOf, settle } from './transaction.ts';

type Seen = Extract<Look, { kind: 'seen' }>;

/** At its deadline, or at its next boot. */
const revertedAlone = 'nobody confirmed in time, or the host went down meanwhile: it put everything back by itself';

/** The node adds why it could not take a confirmation, where that was not for the time. */
function whyTooLate(word: string): string {
  const [, reason] = /^too late: the host has reverted: (.+)$/.exec(word) ?? [];
  return reason ?? revertedAlone;
}

/** A kernel setting may be written by udev a moment after us; a difference counts when it is still there after these pauses. */
const verifyPausesMs = [0, 300, 1000, 2000];

/** Carries out one host's plan as a transaction: apply, verify and confirm over a new connection, or have it undone. Closes the session. */
export async function carryOut(seen: Seen, transaction: Transaction, surroundings: Surroundings): Promise<HostOutcome> {
  const { prepared } = seen;
  const host = prepared.plan.host;
  surroundings.emit({ kind: 'phase', host, phase: 'apply' });
  const applied = await apply(seen, transaction, surroundings);
  await seen.session.close();
  switch (applied.kind) {
    case 'untouched':
      return { status: 'failed', because: applied.because };
    case 'undone':
      return undone(applied.undo, applied.because, transaction);
    case 'lost':
      return findOut(seen, applied.because, transaction, surroundings);
    case 'applied':
      return verifyAndConfirm(seen, transaction, surroundings);
  }
}

async function verifyAndConfirm(
  seen: Seen,
  transaction: Transaction,
  surroundings: Surroundings,
): Promise<HostOutcome> {
  const { deployment, prepared } = seen;
  const host = prepared.plan.host;
  surroundings.emit({ kind: 'phase', host, phase: 'verify' });
  // A new TCP connection: the old one may live on by connection tracking where nobody could log in any more.
  const session = await reconnect(deployment.connection, transaction.confirmWithinS * 1000, surroundings);
  if ('kind' in session) return findOut(seen, session, transaction, surroundings);
  const trouble = await verify(session, seen, transaction, surroundings);
  surroundings.emit({ kind: 'phase', host, phase: trouble === null ? 'confirm' : 'revert' });
  const word = await settle(session, transaction.id, trouble === null ? 'confirm' : 'revert');
  await session.close();
  const because = trouble ?? { kind: 'connection-lost', message: whyTooLate(word.ok ? word.value : '') };
  if (!word.ok) return findOut(seen, word.error, transaction, surroundings);
  if (word.value === 'none' || word.value === 'gone') return findOut(seen, because, transaction, surroundings);
  if (word.value === 'confirmed') return changed(prepared.plan, []);
  return undone(word.value, because, transaction);
}

/** Looks again until the host is as planned, or gives what is still wrong. */
async function verify(
  session: Session,
  { deployment, observed: before, prepared: { plan, manifest } }: Seen,
  { id, confirmWithinS }: Transaction,
  surroundings: Surroundings,
): Promise<Failure | null> {
  // A list that is gone by now names none of the files that went with it, or came back.
  const paths = plan.files.map(({ path }) => path).filter((path) => !isOwnPath(path));
  const sight = { ...deployment.sight, files: [...deployment.sight.files, ...paths] };
  let trouble: Failure | null = null;
  for (const pauseMs of verifyPausesMs) {
    await surroundings.sleep(pauseMs);
    const extending = { id, bySeconds: confirmWithinS };
    const observed = await observe(session, { wantsHistory: false, wantsBoot: false, sight, extending }, surroundings);
    if (!observed.ok) return observed.error;
    if (observed.value.pending === null) return { kind: 'connection-lost', message: revertedAlone };
    // Seen as it will be once confirmed: the open transaction is our own, and its record says what was there before it.
    const asConfirmed = { ...observed.value, pending: null, recorded: manifest ?? before.recorded };
    const prepared = deployment.prepare(asConfirmed);
    if (!prepared.ok) return { kind: 'verification', findings: prepared.error.map(describeFailure) };
    const findings = findingsOf(prepared.value.plan, asConfirmed).filter(
      // What only a later boot or the record would show was said with the plan; it is no reason to go back.
      ({ code, where }) => where !== 'recorded' && code !== 'not-boot-safe',
    );
    if (findings.length === 0) return null;
    trouble = {
      kind: 'verification',
      findings: findings.map(
        ({ subject, message, hint }) => `${subject} ${message}${hint === null ? '' : ` (${hint})`}`,
      ),
    };
  }
  return trouble;
}

/** After the line went dead: the node reverts by itself unless it was confirmed, so its own record says how it ended. */
async function findOut(
  { deployment, prepared }: Seen,
  because: Failure,
  transaction: Transaction,
  surroundings: Surroundings,
): Promise<HostOutcome> {
  const patienceMs = transaction.confirmWithinS * 1000 + 30_000;
  const endMs = surroundings.now() + patienceMs;
  surroundings.emit({ kind: 'phase', host: deployment.connection.name, phase: 'revert' });
  while (surroundings.now() < endMs) {
    const session = await reconnect(deployment.connection, endMs - surroundings.now(), surroundings);
    if ('kind' in session) {
      // A host that goes down or comes up may refuse logins for a while (pam_nologin); another key is no matter of time.
      if (session.kind === 'host-key') break;
      await surroundings.sleep(2000);
      continue;
    }
    const open = await fateOf(session, transaction.id);
    const fate = open.ok && open.value === 'open' ? await settle(session, transaction.id, 'revert') : open;
    await session.close();
    if (fate.ok && (fate.value === 'confirmed' || (fate.value === 'gone' && prepared.manifest === null)))
      return changed(prepared.plan, [`the connection broke while it was confirmed: ${describeFailure(because)}`]);
    if (fate.ok && (fate.value === 'none' || fate.value === 'gone')) return { status: 'failed', because };
    if (fate.ok && !fate.value.startsWith('too late')) return undone(fate.value, because, transaction);
    await surroundings.sleep(1000);
  }
  return { status: 'unknown', because, revertsWithinMs: transaction.confirmWithinS * 1000 };
}

function changed(plan: HostPlan, more: readonly string[]): HostOutcome {
  const warnings = [...plan.warnings.map(({ message }) => message), ...more];
  return { status: 'changed', changes: plan.files.length + plan.runtime.length, warnings };
}

function undone(word: string, because: Failure, transaction: Transaction): HostOutcome {
  if (word === 'reverted' || word.startsWith('too late: the host has reverted')) return { status: 'reverted', because };
  return {
    status: 'stranded',
    because,
    details: word.replace(/^stranded: ?/, ''),
    command: commandToRetryUndo(transaction.id),
  };
}

/** Connects, trying again while there is time: a host that just changed its routes may need a moment. */
async function reconnect(
  connection: HostConnection,
  withinMs: number,
  { connect, sleep, now }: Surroundings,
): Promise<Session | Failure> {
  const endMs = now() + withinMs;
  for (;;) {
    const session = await connect(connection);
    if (session.ok) return session.value;
    if (!isConnectionGone(session.error) || now() + 2000 > endMs) return session.error;
    await sleep(2000);
  }
}
