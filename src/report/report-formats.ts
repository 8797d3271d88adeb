import type { ReportFile } from '../domain/report-file.ts';
import { unreachable } from '../domain/result.ts';
import type { RunReport } from './run-report.ts';

/** Loads what writes a report in a format: what a run does not report in, it does not wait for. */
export async function loadFormat(format: ReportFile['format']): Promise<(report: RunReport) => string> {
  switch (format) {
    case 'json':
      return (report) => `${JSON.stringify(report)}\n`;
    case 'xml':
      return (await import('./junit.ts')).formatJunit;
    case 'html':
      return (await import('./html/page.ts')).formatHtml;
    case 'sarif':
      return (await import('./sarif.ts')).formatSarif;
    default:
      return unreachable(format);
  }
}
