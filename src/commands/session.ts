import type { Deployment, Surroundings } from '../deploy/deployment.ts';
import { type Look, look } from '../deploy/look.ts';
import { lookAhead } from '../deploy/look-ahead.ts';
import { rollOut } from '../deploy/rollout.ts';
import type { HostEvent, HostOutcome, Phase } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { formatShard, isInShard } from '../domain/shard.ts';
import { count } from '../report/count.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import { annotateDiagnostics, annotateOutcomes } from '../report/github.ts';
import { createReporter, type Reporter, reporterMode } from '../report/reporter.ts';
import { formatSummary, type HostResult } from '../report/summary.ts';
import { type Loaded, type LoadTrouble, loadDeployments } from './deployments.ts';
import { canRedraw, type Io, isOnGithub } from './io.ts';
import type { ConnectionOptions, InventoryOptions, LoginOptions } from './options.ts';
import { reportFileFaults } from './report-files.ts';
import { hear } from './said.ts';
import { sourceWords } from './source-words.ts';

/** What was read; `hosts` are those of the shard, and what is to be compared among hosts is so among those of all shards. */
export type Chosen = Loaded & { readonly ofAllShards: Loaded['hosts'] };

/** Reads what the user wrote, and asks for passwords where that is wanted; warnings and errors go to standard error. */
export async function load(
  options: InventoryOptions & Partial<LoginOptions> & Pick<ConnectionOptions, 'report'>,
  io: Io,
): Promise<Result<Chosen, LoadTrouble>> {
  const faults = reportFileFaults(options.report ?? []);
  const said = await hear(options, io);
  const loaded = said.ok
    ? await loadDeployments(options, { said: said.value, env: io.env })
    : err({ diagnostics: said.error, sourceOf: () => null });
  const { sourceOf } = loaded.ok ? loaded.value : loaded.error;
  const diagnostics = [...faults, ...(loaded.ok ? loaded.value.warnings : loaded.error.diagnostics)];
  io.stderr(formatDiagnostics(diagnostics, sourceOf));
  if (isOnGithub(io)) io.stderr(annotateDiagnostics(diagnostics));
  if (!loaded.ok || faults.length > 0) return err({ diagnostics, sourceOf });
  const { shard } = options;
  const ofAllShards = loaded.value.hosts;
  if (shard === undefined) return ok({ ...loaded.value, ofAllShards });
  const hosts = ofAllShards.filter(({ name }) => isInShard(name, shard));
  if (hosts.length === 0)
    io.stderr(`Nothing to do: shard ${formatShard(shard)} has none of ${count(ofAllShards.length, 'host')}.\n`);
  return ok({ ...loaded.value, hosts, ofAllShards });
}

/** Opens a reporter that shows these hosts going through these phases. */
export function openReporter(
  deployments: readonly Deployment[],
  phases: readonly Phase[],
  options: ConnectionOptions,
  io: Io,
): Promise<Reporter> {
  return createReporter({
    hosts: deployments.map(({ connection }) => connection.name),
    phases,
    mode: reporterMode({ ...options, canRedraw: canRedraw(io), rows: io.rows() }),
    terminal: { write: io.stderr, columns: io.columns, rows: io.rows, color: io.color },
    writeResult: io.stdout,
    now: () => Date.now(),
  });
}

/** Does one thing on many hosts at a time and tells the end of each that ended, and of the others that they were seen. */
export async function onEach<R>(
  deployments: readonly Deployment[],
  forks: number,
  work: (deployment: Deployment) => Promise<R>,
  tell: {
    readonly emit: (event: HostEvent) => void;
    readonly endOf: (result: R) => { readonly outcome: HostOutcome } | null;
  },
): Promise<readonly R[]> {
  return rollOut(deployments, forks, async (deployment) => {
    const began = performance.now();
    const host = deployment.connection.name;
    const result = await work(deployment);
    const end = tell.endOf(result);
    if (end === null) tell.emit({ kind: 'seen', host });
    else tell.emit({ kind: 'end', host, outcome: end.outcome, elapsedMs: performance.now() - began });
    return result;
  });
}

/** Looks at every host and at what its next boot reads, and closes its session; `saw` is told at once. `isPlan`: what its actions would do is asked, too. */
export function lookAtAll(
  deployments: readonly Deployment[],
  { forks, isPlan }: { readonly forks: number; readonly isPlan: boolean },
  surroundings: Surroundings,
  saw: (result: Look) => Look,
): Promise<readonly Look[]> {
  const way = isPlan ? lookAhead : look;
  const lookAt = async (deployment: Deployment) => {
    const result = await way(deployment, 'audit', surroundings);
    if (result.kind === 'seen') await result.session.close();
    return saw(result);
  };
  return onEach(deployments, forks, lookAt, {
    emit: surroundings.emit,
    endOf: (result) => (result.kind === 'ended' ? result : null),
  });
}

/** How a run ended. */
export type RunEnd = {
  /** Of the hosts that have an outcome. */
  readonly results: readonly HostResult[];
  /** Of all hosts of the run. */
  readonly hostCount: number;
  /** The command, and what else belongs to it where it is to be typed again. */
  readonly words: readonly [string, ...string[]];
  readonly beganMs: number;
};

/** The end of a run, for people, with the command to type next; in JSON mode, where every end was an event, only what GitHub reads. */
export function tellSummary({ results, hostCount, words, beganMs }: RunEnd, options: ConnectionOptions, io: Io): void {
  if (isOnGithub(io)) io.stderr(annotateOutcomes(results, `mlbroute ${words[0]}`));
  if (options.output === 'json') return;
  const source = sourceWords(options);
  io.stderr(
    formatSummary(results, {
      elapsedMs: performance.now() - beganMs,
      hostCount,
      command: ['mlbroute', ...words, ...source],
      doctor: words[0] === 'bootstrap' ? null : ['mlbroute', 'doctor', ...source],
      limit: options.limit,
      canRetry: words[0] === 'push',
      columns: io.columns(),
      color: io.color,
    }),
  );
}
