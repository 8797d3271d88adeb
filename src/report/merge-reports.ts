import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { formatShard, type Shard } from '../domain/shard.ts';
import { foldHosts } from './fold.ts';
import { groupBy } from './group.ts';
import { type EndpointReport, type RunReport, sortHosts } from './run-report.ts';

/** A report and the file it was read from. */
export type ReadReport = { readonly file: string; readonly report: RunReport };

/**
 * One report of several, as a single run about all of their hosts would have made it; only times differ. Shards that are not among them are
 * `missing`. Fails where the reports cannot be parts of one run: other commands, other numbers of shards, or a host in two of them.
 */
export function mergeReports(
  reports: readonly [ReadReport, ...ReadReport[]],
): Result<RunReport, readonly Diagnostic[]> {
  const faults = [...differentRuns(reports), ...sharedHosts(reports)];
  if (faults.length > 0) return err(faults);
  const runs = reports.map(({ report }) => report);
  const [first] = reports;
  const began = Math.min(...runs.map(({ startedAt }) => Date.parse(startedAt)));
  const ended = Math.max(...runs.map(({ startedAt, elapsedMs }) => Date.parse(startedAt) + elapsedMs));
  return ok({
    ...{ kind: 'mlbroute-report', version: 1, command: first.report.command },
    mlbroute: [...new Set(runs.map(({ mlbroute }) => mlbroute))].join(', '),
    startedAt: new Date(began).toISOString(),
    elapsedMs: ended - began,
    shard: null,
    missing: missingShards(runs),
    hosts: sortHosts(runs.flatMap(({ hosts }) => hosts)),
    fromHere: groupBy(
      runs.flatMap(({ fromHere }) => fromHere),
      ({ endpoint }) => endpoint,
    ).map(worstOf),
  });
}

function differentRuns([first, ...others]: readonly [ReadReport, ...ReadReport[]]): readonly Diagnostic[] {
  const { command, shard } = first.report;
  return others.flatMap(({ file, report }) => [
    ...(report.command === command
      ? []
      : [unplacedError('report-command', `${file} is of ${report.command}, and ${first.file} of ${command}`, null)]),
    ...(report.shard?.of === shard?.of
      ? []
      : [
          unplacedError(
            'report-shards',
            `${file} is ${partOf(report)}, and ${first.file} ${partOf(first.report)}`,
            null,
          ),
        ]),
  ]);
}

function partOf({ shard }: RunReport): string {
  return shard === null ? 'of no shard' : `shard ${formatShard(shard)}`;
}

function sharedHosts(reports: readonly ReadReport[]): readonly Diagnostic[] {
  const places = new Map<string, readonly string[]>();
  for (const { file, report } of reports)
    for (const { host } of report.hosts) places.set(host, [...(places.get(host) ?? []), file]);
  const shared = [...places].filter(([, files]) => files.length > 1);
  return groupBy(shared, ([, files]) => JSON.stringify(files)).map((group) => {
    const names = foldHosts(group.map(([host]) => host));
    return unplacedError(
      'report-host',
      `${names}: in ${group[0][1].join(' and in ')}`,
      'each host belongs to one shard',
    );
  });
}

function missingShards(runs: readonly RunReport[]): readonly Shard[] {
  const there = new Set(runs.flatMap(({ shard }) => shard?.index ?? []));
  const of = runs[0]?.shard?.of ?? 0;
  const all = Array.from({ length: of }, (_, index) => ({ index: index + 1, of }));
  return [...all.filter(({ index }) => !there.has(index)), ...runs.flatMap(({ missing }) => missing)];
}

function worstOf([first, ...others]: readonly [EndpointReport, ...EndpointReport[]]): EndpointReport {
  return [first, ...others].find(({ trouble }) => trouble !== null) ?? first;
}
