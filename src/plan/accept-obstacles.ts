import type { HostPlan } from '../domain/change.ts';

/** A plan in spite of the obstacles that somebody takes upon himself: those become warnings. */
export function acceptObstacles(plan: HostPlan, codes: ReadonlySet<string> | 'all'): HostPlan {
  const isAccepted = (code: string) => codes === 'all' || codes.has(code);
  return {
    ...plan,
    warnings: [...plan.warnings, ...plan.obstacles.filter(({ code }) => isAccepted(code))],
    obstacles: plan.obstacles.filter(({ code }) => !isAccepted(code)),
  };
}
