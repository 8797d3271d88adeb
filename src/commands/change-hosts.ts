import { resolve } from 'node:path';
import type { Deployment } from '../deploy/deployment.ts';
import { hasNothingToDo, type Look, staysAsItIs } from '../deploy/look.ts';
import type { HostPlan } from '../domain/change.ts';
import type { HostEvent, HostOutcome } from '../domain/outcome.ts';
import { formatShard } from '../domain/shard.ts';
import { count } from '../report/count.ts';
import { planLine } from '../report/ndjson.ts';
import { isBad } from '../report/outcome-text.ts';
import { formatPlans } from '../report/plan-text.ts';
import { exitCodeOf, formatOutcomes, type HostResult } from '../report/summary.ts';
import { applyAll } from './apply-all.ts';
import type { Ended, Seen } from './apply-host.ts';
import type { Choice } from './chosen-hosts.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { journalDirectory, openJournal } from './journal.ts';
import { hostPlaces, hostsAtATime, openFileLimit } from './open-files.ts';
import type { RolloutOptions } from './options.ts';
import { type HostEnd, recordRun } from './run-record.ts';
import { onEach, openReporter, type RunEnd, tellSummary } from './session.ts';
import { realSurroundings } from './surroundings.ts';

/** What distinguishes the commands that change hosts. */
export type ChangeOptions = RolloutOptions & {
  /** True: show the plan and stop there; exit code 2 where there is something to do. */
  readonly check: boolean;
  readonly diff: boolean;
  /** The command as typed, to be named again where hosts are left to do. */
  readonly words: readonly [string, ...string[]];
  /** The question's words before the number of hosts, e.g. `Push to`. */
  readonly question: string;
};

/** A program in the place of a person: it hears what happens, and is asked whether the plans are right. */
export type Follower = {
  readonly hear: (event: HostEvent) => void;
  readonly agree: (plans: readonly HostPlan[]) => Promise<boolean>;
};

/** Plans every host, shows, asks, then applies, verifies and confirms, each host a transaction of its own. Gives the exit code. */
export async function changeHosts(
  choice: Choice,
  options: ChangeOptions,
  io: Io,
  follower: Follower | null = null,
): Promise<number> {
  const beganMs = performance.now();
  const { deployments, waves, lookAt, secrets } = choice;
  const [command] = options.words;
  const hosts = deployments.map(({ connection }) => connection.name);
  const { confirmTimeoutS } = options;
  const hostCount = hosts.length;
  const record = await recordRun({ command, hosts, secrets, confirmTimeoutS }, options, io);
  // No run for a later --retry to go on with.
  if (deployments.length === 0) return record.write([]) ? 0 : 1;
  const stopListening = record.endOnSignal();
  const looking = await openReporter(deployments, ['connect', 'observe', 'plan'], options, io);
  const tell = (emit: (event: HostEvent) => void) => {
    const followed = record.follow(emit);
    return (event: HostEvent) => {
      followed(event);
      follower?.hear(event);
    };
  };
  const surroundings = await realSurroundings(io, options.acceptNew, tell(looking.emit));
  const openFiles = openFileLimit();
  const forks = hostsAtATime(options, hosts.length, io, openFiles);
  // Sessions that wait for the change, as many as there is room for beside those of hosts that are looked at.
  const kept = new Set<Seen>();
  const mostKept = hostPlaces(openFiles) - forks;
  const lookAtOne = async (deployment: Deployment) => {
    const result = record.saw(await lookAt(deployment, surroundings));
    if (result.kind === 'ended') return result;
    const changesSoon = !options.check && options.yes && !hasNothingToDo(result);
    if (changesSoon && kept.size < mostKept) kept.add(result);
    else await result.session.close();
    return result;
  };
  const looks = await onEach(deployments, forks, lookAtOne, {
    emit: surroundings.emit,
    endOf: earlyEnd,
  });
  await looking.close();

  const early = looks.flatMap((result) => earlyEnd(result) ?? []);
  const seen = looks.filter((result): result is Seen => result.kind === 'seen');
  const busy = seen.filter((result) => !hasNothingToDo(result));
  if (busy.length > 0) showPlans(seen, options, io);
  if (options.check) {
    stopListening();
    const isReported = record.write([...ends(early), ...busy.map((each) => endOf(each, null))]);
    if (early.some(({ outcome }) => isBad(outcome))) tellEnd(early, { beganMs, hostCount }, options, io);
    return !isReported || early.some(({ outcome }) => isBad(outcome)) ? 1 : busy.length > 0 ? exitCodes.differences : 0;
  }
  const askedMs = performance.now();
  // What only looks need not be allowed.
  const isQuestion = !busy.every(staysAsItIs);
  if (isQuestion && !options.yes && !(await isAgreed(busy, early, options.question, { io, follower }))) {
    const wasAsked = io.isInputTty || follower !== null;
    io.stderr(`Nothing was changed${wasAsked ? '.' : ': without a terminal to ask on, say --yes.'}\n`);
    stopListening();
    const because = 'nobody agreed to the plan';
    record.write([...ends(early), ...busy.map((each) => endOf(each, { status: 'not-started', because }))]);
    return wasAsked ? exitCodes.interrupted : exitCodes.usage;
  }
  const waitedMs = performance.now() - askedMs;

  const journal = await openJournal(
    journalDirectory(io.env),
    {
      ...{ command, hosts, at: new Date() },
      shard: options.shard === undefined ? null : formatShard(options.shard),
      inventory: options.inventory.map((path) => resolve(path)),
    },
    (text) => io.stderr(`${text}\n`),
  );
  for (const { deployment, outcome } of early)
    journal.record({ kind: 'end', host: deployment.connection.name, outcome });
  const failed = early.flatMap(({ deployment, outcome }) => (isBad(outcome) ? [deployment.connection.name] : []));
  const run = { surroundings, hosts, failed, waves, lookAt, journal, record, tell, kept };
  stopListening();
  const late = await applyAll(busy, { ...options, forks }, io, run);
  const results = tellEnd([...early, ...late.ended], { beganMs: beganMs + waitedMs, hostCount }, options, io);
  const isReported = record.write(ends([...early, ...late.ended]));
  if (late.isInterrupted) return exitCodes.interrupted;
  return late.isGood && isReported ? exitCodeOf(results.map(({ outcome }) => outcome)) : 1;
}

function ends(ended: readonly Ended[]): readonly HostEnd[] {
  return ended.map((each) => endOf(each, each.outcome));
}

function endOf({ deployment }: Pick<Ended, 'deployment'>, outcome: HostOutcome | null): HostEnd {
  return { host: deployment.connection.name, outcome, findings: null };
}

/** Hosts that ended with the look at them: in trouble, or as they should be. */
function earlyEnd(result: Look): Ended | null {
  if (result.kind === 'ended') return result;
  return hasNothingToDo(result) ? { deployment: result.deployment, outcome: { status: 'unchanged' } } : null;
}

function showPlans(seen: readonly Seen[], options: ChangeOptions, io: Io): void {
  const plans = seen.map(({ prepared }) => prepared.plan);
  if (options.output === 'json') for (const each of plans) io.stdout(planLine(each));
  else io.stdout(formatPlans(plans, { diff: options.diff, color: io.color, columns: io.resultColumns() }));
}

/** Asks, after a word on the hosts that no plan could be made for: who agrees shall know that it is not all. */
async function isAgreed(
  busy: readonly Seen[],
  early: readonly Ended[],
  question: string,
  { io, follower }: { readonly io: Io; readonly follower: Follower | null },
): Promise<boolean> {
  if (follower !== null) return follower.agree(busy.map(({ prepared }) => prepared.plan));
  const without = resultsOf(early).filter(({ outcome }) => isBad(outcome));
  if (without.length > 0) io.stderr(`\n${formatOutcomes(without, { columns: io.columns(), color: io.color })}\n`);
  if (!io.isInputTty) return false;
  const rest = without.length === 0 ? '' : `, without the ${without.length} in trouble`;
  return io.confirm(`${question} ${count(busy.length, 'host')}${rest}?`);
}

function resultsOf(ended: readonly Ended[]): readonly HostResult[] {
  return ended.map(({ deployment, outcome }) => ({ host: deployment.connection.name, outcome }));
}

function tellEnd(
  ended: readonly Ended[],
  run: Pick<RunEnd, 'beganMs' | 'hostCount'>,
  options: ChangeOptions,
  io: Io,
): readonly HostResult[] {
  const results = resultsOf(ended);
  tellSummary({ ...run, results, words: options.words }, options, io);
  return results;
}
