import type { Check } from '../domain/check-up.ts';
import { describeFailure } from '../domain/outcome.ts';
import { ok } from '../domain/result.ts';
import type { Session } from '../transport/session.ts';
import type { Deployment, Surroundings } from './deployment.ts';
import { lookAhead } from './look-ahead.ts';
import { stopAtObstacles } from './stop-at-obstacles.ts';

/** The last step of a check-up: what a push would look at over this session, and whether anything stands against its plan. Reads only. */
export async function checkPlan(deployment: Deployment, session: Session, surroundings: Surroundings): Promise<Check> {
  const beganMs = surroundings.now();
  const borrowed = { ...session, close: async () => {} };
  const looked = await lookAhead(deployment, 'read', {
    ...surroundings,
    connect: async () => ok(borrowed),
    emit: () => {},
  });
  const seen = await stopAtObstacles(looked);
  const tookMs = surroundings.now() - beganMs;
  const check = (verdict: Check['verdict'], says: string, hint: string | null): Check => {
    return { step: 'plan', verdict, says, hint, packages: [], tookMs };
  };
  if (seen.kind === 'seen') {
    const { warnings } = seen.prepared.plan;
    if (warnings.length === 0) return check('fine', 'nothing stands against a push', null);
    return check('warning', warnings.map(({ message }) => message).join('; '), null);
  }
  const { outcome } = seen;
  if (!('because' in outcome) || typeof outcome.because === 'string')
    throw new Error(`a look ended as ${outcome.status}`);
  const { because } = outcome;
  return because.kind === 'refused'
    ? check('trouble', because.message, because.hint)
    : check('trouble', describeFailure(because), null);
}
