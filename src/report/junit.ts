import { create } from 'xmlbuilder2';
import { formatShard } from '../domain/shard.ts';
import { describeOutcome, statusWords } from './outcome-text.ts';
import { printable } from './printable.ts';
import { differenceLines, type HostReport, isHostBad, type RunReport, stateOf } from './run-report.ts';

/** One test as JUnit has it. */
type TestCase = {
  readonly classname: string;
  readonly name: string;
  readonly elapsedMs: number;
  readonly result: 'passed' | 'skipped' | 'failure' | 'error';
  /** The state in a word. */
  readonly type: string;
  readonly text: string;
};

/**
 * A run as JUnit XML in the shape that CI systems read: one suite, a case per host and per endpoint. What is not as it should be is a failure, a
 * host that could not be asked an error, one that was not begun skipped.
 */
export function formatJunit(report: RunReport): string {
  const cases = casesOf(report);
  const countOf = (result: TestCase['result']) => cases.filter((each) => each.result === result).length;
  const counts = {
    ...{ tests: cases.length, failures: countOf('failure'), errors: countOf('error'), skipped: countOf('skipped') },
    time: seconds(report.elapsedMs),
  };
  const root = create({ version: '1.0', encoding: 'UTF-8' });
  const { errors, skipped, ...common } = counts;
  const suite = root.ele('testsuites', { name: 'mlbroute', ...common, errors }).ele('testsuite', {
    name: `mlbroute ${report.command}`,
    timestamp: report.startedAt.replace(/\.\d+Z$/, ''),
    ...counts,
  });
  for (const { classname, name, elapsedMs, result, type, text } of cases) {
    const node = suite.ele('testcase', { classname, name: xmlText(name), time: seconds(elapsedMs) });
    const message = xmlText(text.split('\n')[0] ?? '');
    if (result === 'skipped') node.ele('skipped', { message });
    else if (result !== 'passed') node.ele(result, { type, message }).txt(xmlText(text));
  }
  return `${root.end({ prettyPrint: true })}\n`;
}

function casesOf({ command, hosts, fromHere, missing }: RunReport): readonly TestCase[] {
  return [
    ...hosts.map((host) => ({
      ...{ classname: `mlbroute.${command}`, name: host.host, type: stateOf(host), text: detailsOf(host) },
      elapsedMs: Object.values(host.phasesMs).reduce((sum, ms) => sum + ms, 0),
      result: resultOf(host),
    })),
    ...missing.map((shard) => ({
      ...{ classname: `mlbroute.${command}.shards`, name: `shard ${formatShard(shard)}`, type: 'missing' },
      ...{ elapsedMs: 0, result: 'error' as const, text: 'there is no report of this shard' },
    })),
    ...fromHere.map(({ endpoint, trouble }) => ({
      ...{ classname: `mlbroute.${command}.from-here`, name: endpoint, type: 'no-answer', text: trouble ?? '' },
      ...{ elapsedMs: 0, result: trouble === null ? ('passed' as const) : ('failure' as const) },
    })),
  ];
}

function resultOf(host: HostReport): TestCase['result'] {
  if (!isHostBad(host)) return 'passed';
  const status = host.outcome?.status;
  if (status === 'not-started') return 'skipped';
  return status === 'unreachable' || status === 'unknown' ? 'error' : 'failure';
}

function detailsOf(host: HostReport): string {
  const { outcome } = host;
  if (outcome === null) return differenceLines(host).join('\n');
  return [statusWords(outcome.status), describeOutcome(outcome)].filter((text) => text !== '').join(': ');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Text without what XML 1.0 cannot hold: control characters become visible, halves of pairs and non-characters a mark. */
function xmlText(text: string): string {
  return printable(text).replaceAll(/\p{Cs}|[\uFFFE\uFFFF]/gu, '\uFFFD');
}
