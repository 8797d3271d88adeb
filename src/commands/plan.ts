import { bootWarnings } from '../boot/boot-warnings.ts';
import { type HostPlan, isUnchanged } from '../domain/change.ts';
import type { HostName } from '../domain/host.ts';
import { count } from '../report/count.ts';
import { foldHosts } from '../report/fold.ts';
import { planLine } from '../report/ndjson.ts';
import { formatPlans } from '../report/plan-text.ts';
import type { Seen } from './apply-host.ts';
import { tellDoubts } from './compare-hosts.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { ConnectionOptions } from './options.ts';
import { packageVersion } from './package-version.ts';
import { savedHostOf } from './planned-host.ts';
import { writePrivateFile } from './private-file.ts';
import { readHosts } from './read-hosts.ts';
import { hostEnds } from './run-record.ts';
import { formatSavedPlan, sha256 } from './saved-plan.ts';
import { tellSummary } from './session.ts';
import { tagWords } from './source-words.ts';

export type PlanOptions = ConnectionOptions & {
  readonly diff: boolean;
  /** The file to save the plan in; null: it is only shown. */
  readonly out: string | null;
};

/** `mlbroute plan`: what a push would do, on standard output. Exit code 2 where it would do something, 1 where a host could not be planned. */
export async function plan(options: PlanOptions, io: Io): Promise<number> {
  const reading = await readHosts('plan', options, io);
  if (reading === null) return exitCodes.badInput;
  const { loaded, seen, ended, beganMs, record } = reading;
  tellDoubts(loaded.ofAllShards, io);
  const plans = seen.map(withBootWarnings);
  if (options.output === 'json') for (const each of plans) io.stdout(planLine(each));
  else if (plans.length > 0)
    io.stdout(formatPlans(plans, { diff: options.diff, color: io.color, columns: io.resultColumns() }));
  const words = ['plan', ...tagWords(options)] as const;
  if (ended.length > 0) tellSummary({ results: ended, hostCount: loaded.hosts.length, words, beganMs }, options, io);
  const isReported = record.write(
    hostEnds(
      plans.map(({ host }) => ({ host, findings: null })),
      ended,
    ),
  );
  const unplanned = [
    ...ended.map(({ host }) => host),
    ...plans.filter(({ obstacles }) => obstacles.length > 0).map(({ host }) => host),
  ];
  if (options.out !== null && !(await save(options.out, { seen, unplanned, options, sourceOf: loaded.sourceOf }, io)))
    return 1;
  const isStopped = plans.some((each) => each.obstacles.length > 0 && !isUnchanged(each));
  if (ended.length > 0 || isStopped || !isReported) return 1;
  return plans.every(isUnchanged) ? 0 : exitCodes.differences;
}

/** A plan to be read, with what the next boot would not bring of it. */
function withBootWarnings({ prepared: { plan, manifest }, observed }: Seen): HostPlan {
  if (manifest === null) return plan;
  return { ...plan, warnings: [...plan.warnings, ...bootWarnings(plan, manifest.desired, observed)] };
}

/** Saves what was planned, and says so; false where the disk refuses. */
async function save(
  file: string,
  planned: {
    readonly seen: readonly Seen[];
    readonly unplanned: readonly HostName[];
    readonly options: PlanOptions;
    readonly sourceOf: (file: string) => string | null;
  },
  io: Io,
): Promise<boolean> {
  const { seen, unplanned, options, sourceOf } = planned;
  const plans = seen.map(({ prepared }) => prepared.plan);
  const acting = plans.filter(({ actions }) => (actions ?? []).length > 0).map(({ host }) => host);
  if (acting.length > 0) {
    const way = 'leave them out with --skip-tags, or push without a saved plan';
    io.stderr(`error: the plan was not saved: it holds no actions, and ${foldHosts(acting)} has some; ${way}\n`);
    return false;
  }
  const hosts = seen.flatMap((each) => (unplanned.includes(each.prepared.plan.host) ? [] : (savedHostOf(each) ?? [])));
  const text = formatSavedPlan({
    kind: 'mlbroute-plan',
    version: 1,
    mlbroute: await packageVersion(),
    madeAt: new Date().toISOString(),
    inventory: [...options.inventory, ...(options.playbook === undefined ? [] : [options.playbook])].map((path) => {
      const source = sourceOf(path);
      return { path, sha256: source === null ? null : sha256(source) };
    }),
    hosts,
    unplanned,
  });
  try {
    await writePrivateFile(file, text);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    io.stderr(`error: the plan was not saved: ${error.message}\n`);
    return false;
  }
  const without = unplanned.length === 0 ? '' : `, without ${foldHosts(unplanned)},`;
  io.stderr(`The plan for ${count(hosts.length, 'host')}${without} is in ${file}; mlbroute push --plan applies it.\n`);
  return true;
}
