import { formatShard, type Shard } from '../domain/shard.ts';
import { describeOutcome, isBad, statusWords } from './outcome-text.ts';
import { printable } from './printable.ts';
import type { EndpointReport, HostReport, RunReport } from './run-report.ts';

/** One result before it is written down. */
type Result = {
  readonly ruleId: string;
  readonly level: 'error' | 'warning';
  /** Where it is: a host or an endpoint, and a file of it or nothing. */
  readonly place: readonly [name: string, path: string];
  readonly text: string;
};

/**
 * A run as a SARIF 2.1.0 log: a result per finding, per obstacle, per host that ended badly and per endpoint that gave no answer. The place is
 * the file on the host, as `node01/etc/sysctl.d/…`: hosts have no lines of a source to point at. What is due by a plan is no finding.
 */
export function formatSarif(report: RunReport): string {
  const results = [
    ...report.hosts.flatMap(resultsOf),
    ...report.missing.map(shardResult),
    ...report.fromHere.flatMap(endpointResults),
  ];
  const rules = [...new Set(results.map(({ ruleId }) => ruleId))].sort().map((id) => ({ id }));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'mlbroute', version: report.mlbroute, rules } },
        automationDetails: { id: `mlbroute/${report.command}/` },
        columnKind: 'utf16CodeUnits',
        results: results.map(resultMember),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultsOf({ host, findings, outcome, plan }: HostReport): readonly Result[] {
  const found = (findings ?? []).map(({ code, where, subject, message, hint }) => ({
    ...{ ruleId: code, level: 'warning' as const },
    place: [host, where === 'persisted' && subject.startsWith('/') ? subject : ''] as const,
    text: `${host}: ${subject}: ${message}${hint === null ? '' : ` (${hint})`}`,
  }));
  // An audit has them among its findings, and where nothing is due nothing is stopped.
  const isStopped = findings === null && plan !== null && plan.files.length + plan.runtime.length > 0;
  const stopped = (isStopped ? plan.obstacles : []).map(({ code, message }) => ({
    ...{ ruleId: code, level: 'error' as const, place: [host, ''] as const, text: `${host}: ${message}` },
  }));
  if (outcome === null || !isBad(outcome)) return [...found, ...stopped];
  const text = `${host}: ${statusWords(outcome.status)}: ${describeOutcome(outcome)}`;
  return [...found, ...stopped, { ruleId: outcome.status, level: 'error', place: [host, ''], text }];
}

function shardResult(shard: Shard): Result {
  const name = `shard ${formatShard(shard)}`;
  return { ruleId: 'shard-missing', level: 'error', place: [name, ''], text: `${name}: there is no report of it` };
}

function endpointResults({ endpoint, trouble }: EndpointReport): readonly Result[] {
  if (trouble === null) return [];
  return [{ ruleId: 'no-answer', level: 'error', place: [endpoint, ''], text: `${endpoint}: ${trouble}` }];
}

function resultMember({ ruleId, level, place: [name, path], text }: Result) {
  const uri = [name, ...path.split('/').slice(1)].map((part) => encodeURIComponent(wellFormed(part))).join('/');
  return {
    ...{ ruleId, level, message: { text: printable(text) } },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri } },
        logicalLocations: [{ name, fullyQualifiedName: name, kind: 'host' }],
      },
    ],
    // GitHub joins results of several uploads by it; without it, it would compute one of lines that are not there.
    partialFingerprints: { 'mlbroute/v1': `${name} ${ruleId} ${printable(path === '' ? text : path)}` },
  };
}

/** encodeURIComponent refuses halves of surrogate pairs. */
function wellFormed(text: string): string {
  return text.replaceAll(/\p{Cs}/gu, '\uFFFD');
}
