import { readFile } from 'node:fs/promises';
import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import type { ReportFile } from '../domain/report-file.ts';
import { err, type Result } from '../domain/result.ts';
import { formatShard } from '../domain/shard.ts';
import { count } from '../report/count.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import { mergeReports, type ReadReport } from '../report/merge-reports.ts';
import { parseReport } from '../report/parse-report.ts';
import { exitCodeOfReport, type RunReport } from '../report/run-report.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { readTrouble } from './read-trouble.ts';
import { loadWriters, reportFileFaults, writeReport } from './report-files.ts';

export type ReportMergeOptions = {
  /** Reports in JSON. */
  readonly files: readonly string[];
  /** Where to write the merged one; missing: as JSON on standard output. */
  readonly report?: readonly ReportFile[];
};

/** `mlbroute report merge`: one report of those of all shards. The exit code is that of the run they tell of; 1 where a shard is missing. */
export async function reportMerge({ files, report: targets = [] }: ReportMergeOptions, io: Io): Promise<number> {
  const read = await Promise.all(files.map(readReport));
  const reports = read.flatMap((each): ReadReport[] => (each.ok ? [each.value] : []));
  const faults = [...reportFileFaults(targets), ...read.flatMap((each) => (each.ok ? [] : [each.error]))];
  const [first, ...others] = reports;
  const merged = first === undefined || faults.length > 0 ? err(faults) : mergeReports([first, ...others]);
  if (!merged.ok) {
    io.stderr(formatDiagnostics(merged.error, () => null));
    return exitCodes.badInput;
  }
  const report = merged.value;
  const writers = await loadWriters(targets);
  const troubles = writeReport(report, writers);
  for (const trouble of troubles) io.stderr(`error: the report was not written: ${trouble}\n`);
  if (targets.length === 0) io.stdout(`${JSON.stringify(report)}\n`);
  tell(report, files.length, io);
  return troubles.length > 0 ? 1 : exitCodeOfReport(report);
}

function tell({ hosts, missing }: RunReport, reports: number, io: Io): void {
  if (missing.length > 0) io.stderr(`error: there is no report of shard ${missing.map(formatShard).join(', ')}\n`);
  io.stderr(`Merged ${count(reports, 'report')} of ${count(hosts.length, 'host')}.\n`);
}

async function readReport(file: string): Promise<Result<ReadReport, Diagnostic>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const hint = 'push, plan, audit and their like write one by --report FILE.json';
    return err(unplacedError('report-unreadable', readTrouble(error, file), hint));
  }
  const parsed = parseReport(text, file);
  return parsed.ok ? { ok: true, value: { file, report: parsed.value } } : parsed;
}
