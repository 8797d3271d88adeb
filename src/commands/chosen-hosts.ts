import { resolve } from 'node:path';
import type { Deployment } from '../deploy/deployment.ts';
import { look } from '../deploy/look.ts';
import { lookAhead } from '../deploy/look-ahead.ts';
import { stopAtObstacles } from '../deploy/stop-at-obstacles.ts';
import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import type { HostName } from '../domain/host.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { formatShard } from '../domain/shard.ts';
import type { Wave } from '../domain/wave.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import { foldHosts } from '../report/fold.ts';
import type { LookAt } from './apply-host.ts';
import { tellDoubts } from './compare-hosts.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { journalDirectory, type PastRun, pastRuns } from './journal.ts';
import type { ConnectionOptions } from './options.ts';
import { packageVersion } from './package-version.ts';
import { deploymentOf, holdToPlan } from './planned-host.ts';
import { readSavedPlan, type SavedPlan, sha256 } from './saved-plan.ts';
import { load } from './session.ts';

/** What narrows a push beside `--limit`. */
export type ChoiceOptions = ConnectionOptions & {
  /** The file of a saved plan; null: plan by the inventory. */
  readonly planFile: string | null;
  /** `last` or the id of a run whose unfinished hosts are meant; null: all. */
  readonly retry: string | null;
};

/** The hosts of a push, and how each is looked at. */
export type Choice = {
  readonly deployments: readonly Deployment[];
  /** The order in which they are changed; hosts that are in none come last. */
  readonly waves: readonly Wave[];
  readonly lookAt: LookAt;
  /** The texts that must not be shown. */
  readonly secrets: () => readonly string[];
};

/** Finds the hosts of a push. What is wrong, or that there is nothing to do, is told; the error is the exit code. */
export async function chooseHosts(options: ChoiceOptions, io: Io): Promise<Result<Choice, number>> {
  const version = await packageVersion();
  const saved = options.planFile === null ? ok(null) : await readSavedPlan(options.planFile, version);
  if (!saved.ok) return refuse([saved.error], io);
  const loaded = await load(options, io);
  if (!loaded.ok) return err(exitCodes.badInput);
  if (saved.value === null) tellDoubts(loaded.value.ofAllShards, io);
  const all = loaded.value.hosts.map(({ deployment }) => deployment);
  const retried =
    options.retry === null || all.length === 0 ? ok(all) : await hostsToRetry(all, options.retry, options, io);
  if (!retried.ok) return retried;
  if (saved.value === null)
    return ok({
      deployments: retried.value,
      waves: loaded.value.waves,
      lookAt: (deployment, there) => lookAhead(deployment, 'change', there),
      secrets: loaded.value.secrets,
    });
  tellOfPlan(saved.value, loaded.value.sourceOf, io);
  const planned = plannedHosts(saved.value, retried.value, options, io);
  return planned.ok ? ok({ ...planned.value, waves: loaded.value.waves, secrets: loaded.value.secrets }) : planned;
}

/** Hosts in no order of a playbook's, each looked at by itself. */
export function choiceWithoutOrder(
  deployments: readonly Deployment[],
  { check, secrets }: { readonly check: boolean; readonly secrets: Choice['secrets'] },
): Choice {
  const purpose = check ? 'read' : 'change';
  return { deployments, waves: [], lookAt: (deployment, there) => look(deployment, purpose, there), secrets };
}

async function hostsToRetry(
  deployments: readonly Deployment[],
  retry: string,
  options: ChoiceOptions,
  io: Io,
): Promise<Result<readonly Deployment[], number>> {
  const runs = await pastRuns(journalDirectory(io.env), (text) => io.stderr(`${text}\n`));
  const paths = options.inventory.map((path) => resolve(path));
  const shard = options.shard === undefined ? null : formatShard(options.shard);
  // A push must not go on with what a rollback or a removal left.
  const isOurs = (run: PastRun) => run.command === 'push' && JSON.stringify(run.inventory) === JSON.stringify(paths);
  // Shards may run on one machine: the last run of all hosts is not that of another shard, nor the other way round.
  const run = runs.find((each) => isOurs(each) && (retry === 'last' ? each.shard === shard : each.id === retry));
  if (run === undefined && retry !== 'last') {
    const known = runs.filter(isOurs).map(({ id }) => id);
    const hint = known.length === 0 ? 'none is on record' : `on record: ${known.join(', ')}`;
    return refuse([unplacedError('retry-unknown', `no push ${retry} of this inventory is on record`, hint)], io);
  }
  const wanted = new Set<HostName>(run?.unfinished);
  const left = deployments.filter(({ connection }) => wanted.has(connection.name));
  if (run !== undefined && left.length > 0) {
    io.stderr(`Retry of run ${run.id}: ${foldHosts(left.map(({ connection }) => connection.name))}\n`);
    return ok(left);
  }
  const others = [...new Set(runs.filter(isOurs).flatMap((each) => each.shard ?? 'all hosts'))].sort();
  const hint =
    others.length === 0 ? '' : ` of ${shard === null ? 'all hosts' : `shard ${shard}`}, only of ${others.join(', ')}`;
  io.stderr(
    run === undefined
      ? `Nothing to retry: no push of this inventory${hint} is on record.\n`
      : `Nothing to retry: run ${run.id} left no ${wanted.size === 0 ? 'host' : 'host of this choice'} unfinished.\n`,
  );
  return ok([]);
}

function tellOfPlan(plan: SavedPlan, sourceOf: (file: string) => string | null, io: Io): void {
  const changed = plan.inventory.filter(({ path, sha256: sum }) => {
    const source = sourceOf(path);
    return source !== null && sum !== null && sha256(source) !== sum;
  });
  for (const { path } of changed)
    io.stderr(`note: ${path} has changed since the plan was made; what is applied is the plan\n`);
  if (plan.unplanned.length > 0)
    io.stderr(`note: the plan has nothing for ${foldHosts(plan.unplanned)}, which could not be planned\n`);
}

/** The hosts of a plan with the connections of the inventory. */
function plannedHosts(
  plan: SavedPlan,
  chosen: readonly Deployment[],
  { planFile, limit, retry, force, shard }: ChoiceOptions,
  io: Io,
): Result<Omit<Choice, 'waves' | 'secrets'>, number> {
  const connections = new Map(chosen.map(({ connection }) => [connection.name, connection]));
  const planned = new Map(plan.hosts.map((saved) => [saved.name, saved]));
  const lost = plan.hosts.filter(({ name }) => !connections.has(name)).map(({ name }) => name);
  const isNarrowed = limit !== null || retry !== null || shard !== undefined;
  if (lost.length > 0 && !isNarrowed) {
    const hint = 'connections come from the inventory; -l leaves hosts of the plan out';
    return refuse(
      [unplacedError('plan-host', `the inventory no longer has ${foldHosts(lost)} of ${planFile}`, hint)],
      io,
    );
  }
  const deployments = plan.hosts.flatMap((saved) => {
    const connection = connections.get(saved.name);
    return connection === undefined ? [] : [deploymentOf(saved, connection, force ?? [])];
  });
  // Where no host was chosen, that is told already.
  if (deployments.length === 0 && chosen.length > 0) {
    if (shard === undefined)
      return refuse([unplacedError('plan-empty', `${planFile} has no plan for any of the chosen hosts`, null)], io);
    io.stderr(`Nothing to do: ${planFile} has no plan for any host of shard ${formatShard(shard)}.\n`);
  }
  const lookAt: LookAt = async (deployment, surroundings) => {
    const seen = await look(deployment, 'change', surroundings);
    const saved = planned.get(deployment.connection.name);
    return seen.kind === 'ended' || saved === undefined ? seen : stopAtObstacles(await holdToPlan(seen, saved));
  };
  return ok({ deployments, lookAt });
}

function refuse(diagnostics: readonly Diagnostic[], io: Io): Result<never, number> {
  io.stderr(formatDiagnostics(diagnostics, () => null));
  return err(exitCodes.badInput);
}
