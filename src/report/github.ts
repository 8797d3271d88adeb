import type { Diagnostic } from '../domain/diagnostic.ts';
import { count } from './count.ts';
import type { HostFindings } from './findings-text.ts';
import { foldHosts } from './fold.ts';
import { groupBy } from './group.ts';
import { describeGroup, groupByOutcome, isBad, statuses, statusWords } from './outcome-text.ts';
import type { HostResult } from './summary.ts';

/*
 * Workflow commands of GitHub Actions: lines of a log that its page shows as annotations, those with a file at that line of a pull request.
 * The page shows ten of a step, so hosts that say the same share one, and the worst come first.
 * Source: docs.github.com, "Workflow commands for GitHub Actions"; the escapes are those of its toolkit.
 */

/** What was found in the user's files. Each function gives lines that end with a line feed, or nothing at all. */
export function annotateDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ severity, code, message, hint, at }) => {
      const place = at === null ? {} : { file: at.file, line: String(at.line), col: String(at.column) };
      return commandLine(severity, { ...place, title: code }, hint === null ? message : `${message}\nhint: ${hint}`);
    })
    .join('');
}

/** Hosts that ended badly. `title`: the command. */
export function annotateOutcomes(results: readonly HostResult[], title: string): string {
  const bad = results.filter(({ outcome }) => isBad(outcome));
  return groupByOutcome(bad)
    .toSorted(([a], [b]) => statuses.indexOf(b.outcome.status) - statuses.indexOf(a.outcome.status))
    .map((group) => {
      const [{ outcome }] = group;
      const hosts = foldHosts(group.map(({ host }) => host));
      return commandLine('error', { title }, `${hosts}: ${statusWords(outcome.status)}: ${describeGroup(group)}`);
    })
    .join('');
}

/** Hosts that are not as described. */
export function annotateFindings(hosts: readonly HostFindings[], title: string): string {
  const differing = hosts.filter(({ findings }) => findings.length > 0);
  return groupBy(differing, ({ findings }) => JSON.stringify(findings))
    .map((group) => {
      const [{ findings }] = group;
      const subjects = findings.map(({ code, subject }) => `${code}: ${subject}`);
      const names = foldHosts(group.map(({ host }) => host));
      return commandLine(
        'error',
        { title },
        [`${names}: ${count(findings.length, 'finding')}`, ...subjects].join('\n'),
      );
    })
    .join('');
}

function commandLine(command: string, properties: Readonly<Record<string, string>>, message: string): string {
  const written = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${command} ${written.join(',')}::${escapeData(message)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
