import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import type { ReportFile } from '../domain/report-file.ts';
import { loadFormat } from '../report/report-formats.ts';
import type { RunReport } from '../report/run-report.ts';
import { besideOf, writePrivateFileNow } from './private-file.ts';

/** How a report is written to one file. */
export type ReportWriter = { readonly file: ReportFile; readonly format: (report: RunReport) => string };

/** The writers of these files. */
export function loadWriters(files: readonly ReportFile[]): Promise<readonly ReportWriter[]> {
  return Promise.all(files.map(async (file) => ({ file, format: await loadFormat(file.format) })));
}

/** Why these files cannot be written, found by trying: before a host is touched is the time to say so. */
export function reportFileFaults(files: readonly ReportFile[]): readonly Diagnostic[] {
  return files.flatMap(({ path }) => {
    const trouble = troubleWith(path);
    if (trouble === null) return [];
    const hint = `nothing was done; name a file in a folder that is there and may be written to`;
    return [unplacedError('report-unwritable', `--report ${path}: ${trouble}`, hint)];
  });
}

function troubleWith(path: string): string | null {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return 'it is a folder';
    const beside = besideOf(path);
    closeSync(openSync(beside, 'wx', 0o600));
    rmSync(beside);
    return null;
  } catch (error) {
    return diskTrouble(error, path);
  }
}

/** Writes a report to its files, at once. What hosts have is nobody else's to read. Gives what the disk refused. */
export function writeReport(report: RunReport, writers: readonly ReportWriter[]): readonly string[] {
  return writers.flatMap(({ file: { path }, format }) => {
    const text = format(report);
    try {
      writePrivateFileNow(path, text);
      return [];
    } catch (error) {
      return [`${path}: ${diskTrouble(error, path)}`];
    }
  });
}

function diskTrouble(error: unknown, path: string): string {
  if (!(error instanceof Error && 'code' in error)) throw error;
  if (error.code === 'ENOENT') return `there is no folder ${dirname(path)}`;
  // Without the name of the file beside it, which nobody knows.
  return error.message.replace(/, \w+ '.*$/, '');
}
