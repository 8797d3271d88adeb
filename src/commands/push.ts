import { hasNothingToDo, type Look, look } from '../deploy/look.ts';
import { planLine } from '../report/ndjson.ts';
import { formatPlans } from '../report/plan-text.ts';
import { exitCodeOf } from '../report/summary.ts';
import { applyAll, type Ended, type Seen } from './apply-all.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { ConnectionOptions } from './options.ts';
import { plan } from './plan.ts';
import { load, onEach, openReporter, tellSummary } from './session.ts';
import { realSurroundings } from './surroundings.ts';

export type PushOptions = ConnectionOptions & {
  readonly yes: boolean;
  readonly check: boolean;
  readonly diff: boolean;
  readonly confirmTimeoutS: number;
};

/** `mlbroute push`: plan every host, show, ask, then apply, verify and confirm, each host a transaction of its own. */
export async function push(options: PushOptions, io: Io): Promise<number> {
  if (options.check) return plan(options, io);
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  const beganMs = performance.now();
  const deployments = loaded.value.hosts.map(({ deployment }) => deployment);

  const looking = await openReporter(deployments, ['connect', 'observe', 'plan'], options, io);
  const surroundings = await realSurroundings(io, options.acceptNew, looking.emit);
  const looks = await onEach(deployments, options.forks, (deployment) => look(deployment, surroundings), {
    emit: looking.emit,
    endOf: earlyEnd,
  });
  await looking.close();

  const early = looks.flatMap((result) => earlyEnd(result) ?? []);
  const seen = looks.filter((result): result is Seen => result.kind === 'seen');
  const busy = seen.filter((result) => !hasNothingToDo(result));
  await Promise.all(seen.filter(hasNothingToDo).map(({ session }) => session.close()));
  if (busy.length > 0) showPlans(seen, options, io);
  // Nobody knows how long the question stands; connections are not held open for it.
  if (!options.yes) await Promise.all(busy.map(({ session }) => session.close()));
  if (busy.length > 0 && !options.yes && !(await isAgreed(busy, io))) {
    io.stderr(
      io.isInputTty ? 'Nothing was changed.\n' : 'Nothing was changed: without a terminal to ask on, say --yes.\n',
    );
    return exitCodes.interrupted;
  }

  const late = await applyAll(busy, options, surroundings, io);
  const results = [...early, ...late.ended].map(({ deployment, outcome }) => ({
    host: deployment.connection.name,
    outcome,
  }));
  tellSummary(results, 'push', beganMs, options, io);
  return late.isInterrupted ? exitCodes.interrupted : exitCodeOf(results.map(({ outcome }) => outcome));
}

/** Hosts that ended with the look at them: in trouble, or as they should be. */
function earlyEnd(result: Look): Ended | null {
  if (result.kind === 'ended') return result;
  return hasNothingToDo(result) ? { deployment: result.deployment, outcome: { status: 'unchanged' } } : null;
}

function showPlans(seen: readonly Seen[], options: PushOptions, io: Io): void {
  const plans = seen.map(({ prepared }) => prepared.plan);
  if (options.output === 'json') for (const each of plans) io.stdout(planLine(each));
  else io.stdout(formatPlans(plans, { diff: options.diff, color: io.color }));
}

function isAgreed(busy: readonly Seen[], io: Io): Promise<boolean> {
  return io.isInputTty
    ? io.confirm(`Push to ${busy.length} host${busy.length === 1 ? '' : 's'}?`)
    : Promise.resolve(false);
}
