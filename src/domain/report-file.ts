import { err, ok, type Result } from './result.ts';

/** A file that a report of a run is written to. */
export type ReportFile = { readonly path: string; readonly format: 'json' | 'xml' | 'sarif' };

/** Parses the path of a report: its end names the format. */
export function parseReportFile(path: string): Result<ReportFile, string> {
  for (const format of ['json', 'xml', 'sarif'] as const)
    if (path.toLowerCase().endsWith(`.${format}`)) return ok({ path, format });
  return err(`"${path}" does not say its format: end it in .json, .xml (JUnit) or .sarif`);
}
