import type { Finding } from '../domain/change.ts';
import type { Observed } from '../domain/observed.ts';
import type { HostOutcome } from '../domain/outcome.ts';
import { findingsOf } from '../plan/findings.ts';
import { likelyCauses } from '../plan/likely-cause.ts';
import type { Captured } from './captured.ts';
import type { Deployment, Prepared, Surroundings } from './deployment.ts';
import { isConnectionGone, look } from './look.ts';
import { type CaptureWish, probe } from './probe.ts';

/** What a fresh look at a host tells: what is not as described, or why it could not be asked. */
export type Verified =
  | { readonly kind: 'ended'; readonly deployment: Deployment; readonly outcome: HostOutcome }
  | {
      readonly kind: 'verified';
      readonly deployment: Deployment;
      readonly observed: Observed;
      readonly prepared: Prepared;
      /** What a capture has seen; null: none was asked for, or possible. */
      readonly captured: readonly Captured[] | null;
      readonly findings: readonly Finding[];
    };

/** Looks at a host over a new connection, read-only: its state against what is described, and whether replies find their way. */
export async function verifyHost(
  deployment: Deployment,
  surroundings: Surroundings,
  capture: CaptureWish | null = null,
): Promise<Verified> {
  const seen = await look(deployment, 'read', surroundings);
  if (seen.kind === 'ended') return seen;
  surroundings.emit({ kind: 'phase', host: deployment.connection.name, phase: 'verify' });
  const { plan } = seen.prepared;
  const { interfaces } = seen.observed.facts;
  const probed = await probe(seen.session, { decisions: plan.decisions, interfaces, capture }, surroundings);
  await seen.session.close();
  if (!probed.ok) {
    const outcome = {
      status: isConnectionGone(probed.error) ? 'unreachable' : 'failed',
      because: probed.error,
    } as const;
    return { kind: 'ended', deployment, outcome };
  }
  const { observed, prepared } = seen;
  const { answers, drops, captured, findings } = probed.value;
  const causes =
    prepared.manifest === null
      ? []
      : likelyCauses({ plan, desired: prepared.manifest.desired, observed, answers, drops });
  return {
    ...({ kind: 'verified', deployment, observed, prepared, captured } as const),
    findings: [...causes, ...findingsOf(plan, observed), ...findings],
  };
}
