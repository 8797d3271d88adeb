import { describeFailure } from '../domain/outcome.ts';
import type { Deployment, Surroundings } from './deployment.ts';
import { type Verified, verifyHost } from './verify-host.ts';

/** A gateway or a switch port may need a moment for a VLAN that is new to it; trouble counts when it is still there after these pauses. */
const pausesMs = [0, 2000, 5000];

/** Looks at a confirmed host once more, as `verify` does, before others follow it. Gives what is wrong, in words; empty where all is well. */
export async function troubleAtGate(deployment: Deployment, surroundings: Surroundings): Promise<readonly string[]> {
  // The host has ended already for whoever listens.
  const silent: Surroundings = { ...surroundings, emit: () => {} };
  let trouble: readonly string[] = [];
  for (const pauseMs of pausesMs) {
    await surroundings.sleep(pauseMs);
    trouble = troubleOf(await verifyHost(deployment, silent));
    if (trouble.length === 0) return [];
  }
  return trouble;
}

function troubleOf(verified: Verified): readonly string[] {
  if (verified.kind === 'verified') return verified.findings.map(({ subject, message }) => `${subject}: ${message}`);
  const { outcome } = verified;
  return [
    outcome.status === 'failed' || outcome.status === 'unreachable' ? describeFailure(outcome.because) : outcome.status,
  ];
}
