import type { RunReport } from './run-report.ts';

// Words of mlbroute’s own: a password that happens to be one of them must not break the report.
const ownWords = new Set([
  'kind',
  'version',
  'mlbroute',
  'command',
  'startedAt',
  'host',
  'status',
  'code',
  'where',
  'sign',
  'cause',
]);

/** A report with all its texts passed through `hide`, but for names of hosts and the words that are mlbroute's own. */
export function withoutSecrets(report: RunReport, hide: (text: string) => string): RunReport {
  const visit = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return ownWords.has(key) ? value : hide(value);
    if (Array.isArray(value)) return value.map((item) => visit(item, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, visit(member, name)]));
  };
  return visit(report, '') as RunReport;
}
