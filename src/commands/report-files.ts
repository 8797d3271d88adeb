import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import type { ReportFile } from '../domain/report-file.ts';
import type { RunReport } from '../report/run-report.ts';

/** How a report is written to one file. */
export type ReportWriter = { readonly file: ReportFile; readonly format: (report: RunReport) => string };

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

/**
 * Writes a report to its files, each as a whole or not at all: beside it first, then in its place. At once and not in its own time, since a
 * process that was interrupted has no other. Gives what the disk refused.
 */
export function writeReport(report: RunReport, writers: readonly ReportWriter[]): readonly string[] {
  return writers.flatMap(({ file: { path }, format }) => {
    const text = format(report);
    const beside = besideOf(path);
    try {
      // What hosts have is nobody else's to read.
      const file = openSync(beside, 'wx', 0o600);
      try {
        writeFileSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(beside, path);
      return [];
    } catch (error) {
      const trouble = diskTrouble(error, path);
      rmSync(beside, { force: true });
      return [`${path}: ${trouble}`];
    }
  });
}

function besideOf(path: string): string {
  return `${path}.${randomBytes(4).toString('hex')}.new`;
}

function diskTrouble(error: unknown, path: string): string {
  if (!(error instanceof Error && 'code' in error)) throw error;
  if (error.code === 'ENOENT') return `there is no folder ${dirname(path)}`;
  // Without the name of the file beside it, which nobody knows.
  return error.message.replace(/, \w+ '.*$/, '');
}
