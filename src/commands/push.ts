import { carryOut } from '../deploy/carry-out.ts';
import type { Deployment, Surroundings } from '../deploy/deployment.ts';
import { hasNothingToDo, type Look, look } from '../deploy/look.ts';
import type { HostOutcome } from '../domain/outcome.ts';
import { planLine } from '../report/ndjson.ts';
import { formatPlans } from '../report/plan-text.ts';
import { exitCodeOf } from '../report/summary.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { ConnectionOptions } from './options.ts';
import { plan } from './plan.ts';
import { load, lookAtAll, onEach, openReporter, tellSummary } from './session.ts';
import { newTransaction, realSurroundings } from './surroundings.ts';

export type PushOptions = ConnectionOptions & {
  readonly yes: boolean;
  readonly check: boolean;
  readonly diff: boolean;
  readonly confirmTimeoutS: number;
};

type Seen = Extract<Look, { kind: 'seen' }>;
type Ended = { readonly deployment: Deployment; readonly outcome: HostOutcome };

/** `mlbroute push`: plan every host, show, ask, then apply, verify and confirm, each host a transaction of its own. */
export async function push(options: PushOptions, io: Io): Promise<number> {
  if (options.check) return plan(options, io);
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  const beganMs = performance.now();
  const deployments = loaded.value.hosts.map(({ deployment }) => deployment);

  const lookReporter = await openReporter(deployments, ['connect', 'observe', 'plan'], options, io);
  const surroundings = await realSurroundings(io, options.acceptNew, lookReporter.emit);
  const looks = await lookAtAll(deployments, options.forks, surroundings);
  await lookReporter.close();

  const seen = looks.filter((result): result is Seen => result.kind === 'seen');
  const idle = seen.filter(hasNothingToDo);
  const busy = seen.filter((result) => !hasNothingToDo(result));
  const early: readonly Ended[] = [
    ...looks.flatMap((result) => (result.kind === 'ended' ? [result] : [])),
    ...idle.map(({ deployment }): Ended => ({ deployment, outcome: { status: 'unchanged' } })),
  ];
  await Promise.all(idle.map(({ session }) => session.close()));
  showPlans(busy, options, io);
  // Nobody knows how long the question stands; connections are not held open for it.
  if (!options.yes) await Promise.all(busy.map(({ session }) => session.close()));
  if (busy.length > 0 && !options.yes && !(await isAgreed(busy, io))) {
    io.stderr(
      io.isInputTty ? 'Nothing was changed.\n' : 'Nothing was changed: without a terminal to ask on, say --yes.\n',
    );
    return exitCodes.interrupted;
  }

  const reporter = await openReporter(
    busy.map(({ deployment }) => deployment),
    ['apply', 'verify', 'confirm'],
    options,
    io,
  );
  const late = await applyAll(busy, options, { ...surroundings, emit: reporter.emit }, io);
  for (const { deployment, outcome } of early.filter(({ outcome }) => outcome.status === 'unchanged')) {
    if (options.output === 'json')
      reporter.emit({ kind: 'end', host: deployment.connection.name, outcome, elapsedMs: 0 });
  }
  await reporter.close();
  const results = [...early, ...late.ended].map(({ deployment, outcome }) => ({
    host: deployment.connection.name,
    outcome,
  }));
  tellSummary(results, 'push', beganMs, options, io);
  return late.isInterrupted ? exitCodes.interrupted : exitCodeOf(results.map(({ outcome }) => outcome));
}

function showPlans(busy: readonly Seen[], options: PushOptions, io: Io): void {
  const plans = busy.map(({ prepared }) => prepared.plan);
  if (options.output === 'json') for (const each of plans) io.stdout(planLine(each));
  else if (plans.length > 0) io.stdout(formatPlans(plans, { diff: options.diff, color: io.color }));
}

function isAgreed(busy: readonly Seen[], io: Io): Promise<boolean> {
  return io.isInputTty
    ? io.confirm(`Push to ${busy.length} host${busy.length === 1 ? '' : 's'}?`)
    : Promise.resolve(false);
}

/** The first signal lets hosts at work come to their end and starts no more; the second ends the process, and the nodes revert by themselves. */
async function applyAll(
  busy: readonly Seen[],
  options: PushOptions,
  surroundings: Surroundings,
  io: Io,
): Promise<{ readonly ended: readonly Ended[]; readonly isInterrupted: boolean }> {
  const working = new Set<string>();
  let isInterrupted = false;
  const stopListening = io.onInterrupt((signal) => {
    if (isInterrupted) {
      io.stderr(
        `\nStopped. These hosts revert by themselves within ${options.confirmTimeoutS} s: ${[...working].join(', ')}\n`,
      );
      process.exit(exitCodes.interrupted);
    }
    isInterrupted = true;
    io.stderr(
      `\n${signal}: no more hosts are started; ${working.size} at work come to their end. Once more stops now.\n`,
    );
  });
  const ended = await onEach(
    busy,
    options.forks,
    async (result): Promise<Ended> => {
      const { deployment } = result;
      if (isInterrupted) {
        await result.session.close();
        return { deployment, outcome: { status: 'not-started', because: 'interrupted' } };
      }
      working.add(deployment.connection.name);
      const ready = options.yes ? result : await lookAgain(result, surroundings);
      const outcome =
        ready.kind === 'ended'
          ? ready.outcome
          : await carryOut(ready, newTransaction(options.confirmTimeoutS), surroundings);
      working.delete(deployment.connection.name);
      return { deployment, outcome };
    },
    { emit: surroundings.emit, endOf: (end) => end },
  );
  stopListening();
  return { ended, isInterrupted };
}

/** What was agreed to is what is done: a host that would now get another plan is left alone. */
async function lookAgain(agreed: Seen, surroundings: Surroundings): Promise<Look> {
  const again = await look(agreed.deployment, surroundings);
  if (again.kind === 'ended' || JSON.stringify(again.prepared.plan) === JSON.stringify(agreed.prepared.plan))
    return again;
  await again.session.close();
  return {
    kind: 'ended',
    deployment: agreed.deployment,
    outcome: { status: 'failed', because: { kind: 'stale', message: 'the host changed after its plan was shown' } },
  };
}
