import { err, ok, type Result } from './result.ts';

/** A file that a report of a run is written to. */
export type ReportFile = { readonly path: string; readonly format: 'json' | 'xml' | 'html' | 'sarif' };

/** Parses the path of a report: its end names the format. */
export function parseReportFile(path: string): Result<ReportFile, string> {
  for (const format of ['json', 'xml', 'html', 'sarif'] as const)
    if (path.toLowerCase().endsWith(`.${format}`)) return ok({ path, format });
  return err(`"${path}" does not say its format: end it in .json, .xml (JUnit), .html or .sarif`);
}
