import type { HostPlan } from '../domain/change.ts';
import { describeFailure, type Failure } from '../domain/outcome.ts';
import { ok } from '../domain/result.ts';
import type { Deployment, Surroundings } from './deployment.ts';
import { foresee } from './foresee.ts';
import { type Look, look, lookFor, type Purpose } from './look.ts';
import { stopAtObstacles } from './stop-at-obstacles.ts';

/**
 * Looks at a host, and at what its actions would do. What makes no sense on the host as it is may make sense after an action that has
 * something to do: then the state before the first action is planned, with a warning. Before a change, obstacles end the look.
 */
export async function lookAhead(deployment: Deployment, purpose: Purpose, surroundings: Surroundings): Promise<Look> {
  const looked = await look(asFarAsPossible(deployment), purpose, surroundings);
  const seen = purpose === 'change' ? await stopAtObstacles(looked) : looked;
  const foreseen = await foresee({ ...seen, deployment }, surroundings);
  if (foreseen.kind === 'ended') return foreseen;
  const { plan } = foreseen.prepared;
  return isPlannedLater(plan) && !hasCure(plan) ? lookFor(deployment, foreseen) : foreseen;
}

function asFarAsPossible(deployment: Deployment): Deployment {
  const [first] = deployment.interludes;
  if (first === undefined) return deployment;
  return {
    ...deployment,
    prepare: (observed) => {
      const whole = deployment.prepare(observed);
      if (whole.ok) return whole;
      const part = first.prepare(observed);
      if (!part.ok) return whole;
      const { plan, manifest } = part.value;
      return ok({ plan: { ...plan, warnings: [...plan.warnings, plannedLater(whole.error)] }, manifest });
    },
  };
}

const laterCode = 'planned-later';

function plannedLater(refusals: readonly Failure[]): HostPlan['warnings'][number] {
  const message = `what follows the actions cannot be planned before them: ${refusals.map(describeFailure).join('; ')}`;
  return {
    code: laterCode,
    message,
    hint: 'it is planned when they have run, and the host stops there if it still cannot be',
  };
}

function isPlannedLater({ warnings }: HostPlan): boolean {
  return warnings.some(({ code }) => code === laterCode);
}

function hasCure({ actions }: HostPlan): boolean {
  return (actions ?? []).some(({ verdict }) => verdict === 'runs' || verdict === 'depends');
}
