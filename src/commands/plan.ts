import { isUnchanged } from '../domain/change.ts';
import { planLine } from '../report/ndjson.ts';
import { formatPlans } from '../report/plan-text.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { ConnectionOptions } from './options.ts';
import { load, lookAtAll, openReporter, tellSummary } from './session.ts';
import { realSurroundings } from './surroundings.ts';

export type PlanOptions = ConnectionOptions & { readonly diff: boolean };

/** `mlbroute plan`: what a push would do, on standard output. Exit code 2 where it would do something, 1 where a host could not be planned. */
export async function plan(options: PlanOptions, io: Io): Promise<number> {
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  const beganMs = performance.now();
  const deployments = loaded.value.hosts.map(({ deployment }) => deployment);
  const reporter = await openReporter(deployments, ['connect', 'observe', 'plan'], options, io);
  const looks = await lookAtAll(
    deployments,
    options.forks,
    await realSurroundings(io, options.acceptNew, reporter.emit),
  );
  await Promise.all(looks.map(async (result) => result.kind === 'seen' && result.session.close()));
  await reporter.close();

  const plans = looks.flatMap((result) => (result.kind === 'seen' ? [result.prepared.plan] : []));
  if (options.output === 'json') for (const each of plans) io.stdout(planLine(each));
  else if (plans.length > 0) io.stdout(formatPlans(plans, { diff: options.diff, color: io.color }));
  const ended = looks.flatMap((result) =>
    result.kind === 'ended' ? [{ host: result.deployment.connection.name, outcome: result.outcome }] : [],
  );
  if (ended.length > 0) tellSummary(ended, 'plan', beganMs, options, io);
  if (ended.length > 0) return 1;
  return plans.every(isUnchanged) ? 0 : exitCodes.differences;
}
