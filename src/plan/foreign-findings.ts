import type { Finding, HostPlan } from '../domain/change.ts';
import type { ObstacleCode } from '../domain/obstacle.ts';

/** Kinds of what others can add to a running kernel after a push. Marks are no part of it: who uses which was weighed at the push. */
const kinds: readonly ObstacleCode[] = ['priority-in-use', 'before-local', 'table-in-use'];

/** Rules and routes of others where mlbroute has its own: a push has not made them, and would not take them away. */
export function foreignFindings({ obstacles }: HostPlan): readonly Finding[] {
  return obstacles
    .filter(({ code }) => kinds.includes(code))
    .map(({ code, message }) => ({
      code: 'unexpected',
      where: 'running',
      subject: code,
      message,
      hint: 'see whose it is and remove it there: a push with changes stops at it',
    }));
}
