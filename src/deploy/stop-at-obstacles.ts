import { isUnchanged } from '../domain/change.ts';
import type { Look } from './look.ts';

/** Ends the look at a host where something stands against its plan. A host where nothing would change is left to be. */
export async function stopAtObstacles(seen: Look): Promise<Look> {
  if (seen.kind === 'ended') return seen;
  const { plan } = seen.prepared;
  const [first, ...more] = plan.obstacles;
  if (first === undefined || isUnchanged(plan)) return seen;
  await seen.session.close();
  const codes = [...new Set(plan.obstacles.map(({ code }) => code))].join(',');
  const message =
    more.length === 0
      ? `${first.message} [${first.code}]`
      : plan.obstacles.map(({ code, message, hint }) => `${message} [${code}] (${hint})`).join('; ');
  const force = `--force ${codes} goes past it`;
  const because = { kind: 'refused', message, hint: more.length === 0 ? `${first.hint}; ${force}` : force } as const;
  return { kind: 'ended', deployment: seen.deployment, outcome: { status: 'failed', because } };
}
