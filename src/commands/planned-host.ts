import { basisOf, changesSince } from '../deploy/basis.ts';
import type { Deployment, Prepared } from '../deploy/deployment.ts';
import type { Look } from '../deploy/look.ts';
import type { HostPlan } from '../domain/change.ts';
import type { HostConnection } from '../domain/host.ts';
import type { Observed } from '../domain/observed.ts';
import type { ObstacleCode } from '../domain/obstacle.ts';
import type { Failure } from '../domain/outcome.ts';
import { ok, type Result } from '../domain/result.ts';
import { sightOf } from '../domain/sight.ts';
import { acceptObstacles } from '../plan/accept-obstacles.ts';
import { makePlan } from '../plan/make-plan.ts';
import { makeManifest } from '../plan/manifest.ts';
import type { SavedHost } from './saved-plan.ts';

/** What is saved of a host that was just looked at; null where the plan is to forget mlbroute, which nobody saves. */
export function savedHostOf({ observed, prepared }: Extract<Look, { kind: 'seen' }>): SavedHost | null {
  const { plan, manifest } = prepared;
  return manifest === null ? null : { name: plan.host, plan, manifest, basis: basisOf(manifest, observed) };
}

/**
 * A deployment of what was saved: what the inventory says by now has no part in it. Obstacles that were accepted when the plan was made still
 * are, and those in `forced`.
 */
export function deploymentOf(
  saved: SavedHost,
  connection: HostConnection,
  forced: readonly ObstacleCode[],
): Deployment {
  const accepted = new Set<string>([...forced, ...saved.plan.warnings.map(({ code }) => code)]);
  const sight = sightOf(saved.manifest.desired);
  const prepareSaved = (observed: Observed) => prepare(saved, observed, accepted);
  return { connection, wantsHistory: false, sight, interludes: [], prepare: prepareSaved };
}

/**
 * Holds a host to its saved plan: where it is as it was, the saved plan is what shall be done; else the look ends, and says what has changed.
 */
export async function holdToPlan(seen: Extract<Look, { kind: 'seen' }>, saved: SavedHost): Promise<Look> {
  const changes = [
    ...changesSince(saved.basis, basisOf(saved.manifest, seen.observed)),
    // Whatever the basis may not know of would show here.
    ...differencesOf(saved.plan, seen.prepared.plan),
  ];
  // What stands in the way by now counts, though the plan is as it was.
  const { obstacles } = seen.prepared.plan;
  if (changes.length === 0)
    return { ...seen, prepared: { plan: { ...saved.plan, obstacles }, manifest: saved.manifest } };
  await seen.session.close();
  const shown = changes.length > 5 ? [...changes.slice(0, 4), `${changes.length - 4} more`] : changes;
  const because = { kind: 'stale', message: `changed since the plan was made: ${shown.join('; ')}` } as const;
  return { kind: 'ended', deployment: seen.deployment, outcome: { status: 'failed', because } };
}

function prepare(
  { name, manifest, plan: { activation } }: SavedHost,
  observed: Observed,
  accepted: ReadonlySet<string>,
): Result<Prepared, readonly Failure[]> {
  const { desired, files } = manifest;
  // Warnings about the inventory were shown when the plan was made.
  const made = makePlan({
    ...(activation === undefined ? {} : { activation }),
    ...{ host: name, desired, files, observed, warnings: [] },
  });
  return made.ok
    ? ok({ plan: acceptObstacles(made.value, accepted), manifest: makeManifest(desired, files, observed) })
    : made;
}

/** The changes that only one of two plans has. */
function differencesOf(saved: HostPlan, now: HostPlan): readonly string[] {
  const stepsOf = (plan: HostPlan): ReadonlyMap<string, string> =>
    new Map([
      ...plan.files.map((change) => [textOf(change), `file ${change.path}`] as const),
      ...plan.runtime.map((change) => [textOf(change), `${change.sign} ${change.words}`] as const),
    ]);
  const [before, after] = [stepsOf(saved), stepsOf(now)];
  return [
    ...[...before].flatMap(([text, words]) =>
      after.has(text) ? [] : [`${words}: planned, and no longer what is due`],
    ),
    ...[...after].flatMap(([text, words]) => (before.has(text) ? [] : [`${words}: due, and not in the plan`])),
  ];
}

/** A touched file is the same file. */
function textOf(change: object): string {
  return JSON.stringify(change, (key, value) => (key === 'modifiedAt' ? undefined : value));
}
