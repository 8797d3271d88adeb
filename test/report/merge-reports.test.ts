import { describe, expect, it } from 'vitest';
import { formatHtml } from '../../src/report/html/page.ts';
import { mergeReports, type ReadReport } from '../../src/report/merge-reports.ts';
import { parseReport } from '../../src/report/parse-report.ts';
import { exitCodeOfReport, type RunReport } from '../../src/report/run-report.ts';
import { formatSarif } from '../../src/report/sarif.ts';
import { duePlan, everyHost, sampleHost, sampleReport } from './sample-report.ts';

const whole = sampleReport(everyHost, { fromHere: [{ endpoint: '1.2.3.4:80', trouble: null }] });
/** A third of the hosts, in no order. */
const shard = (index: number, what: Partial<RunReport> = {}): ReadReport => ({
  file: `${index}.json`,
  report: {
    ...whole,
    shard: { index, of: 3 },
    hosts: everyHost.filter((_, at) => at % 3 === index - 1).toReversed(),
    ...what,
  },
});
const faultsOf = (...reports: readonly [ReadReport, ...ReadReport[]]) => {
  const merged = mergeReports(reports);
  return merged.ok ? [] : merged.error.map(({ code, message }) => `${code}: ${message}`);
};

describe('reports of shards', () => {
  it('are merged into what a single run would have reported, in whatever order they come', () => {
    expect(mergeReports([shard(3), shard(1), shard(2)])).toEqual({ ok: true, value: whole });
  });

  it('take from the first beginning to the last end', () => {
    const late = shard(2, { startedAt: '2026-01-02T03:05:05.678Z', elapsedMs: 500 });
    const merged = mergeReports([late, shard(1), shard(3)]);
    expect(merged).toMatchObject({ value: { startedAt: whole.startedAt, elapsedMs: 60_500 } });
  });

  it('of which one is missing say so in every format, and are no good run', () => {
    const merged = mergeReports([shard(3, { hosts: [] }), shard(1, { hosts: [] })]);
    if (!merged.ok) throw new Error(JSON.stringify(merged.error));
    expect(merged.value.missing).toEqual([{ index: 2, of: 3 }]);
    expect(exitCodeOfReport(merged.value)).toBe(1);
    expect(formatSarif(merged.value)).toContain('shard 2/3: there is no report of it');
    expect(formatHtml(merged.value)).toContain('There is no report of shard 2/3');
  });

  it('keep the trouble that one of them had with an endpoint', () => {
    const bad = { endpoint: '1.2.3.4:80', trouble: 'no answer' };
    const merged = mergeReports([shard(1), shard(2, { fromHere: [bad] }), shard(3)]);
    expect(merged).toMatchObject({ value: { fromHere: [bad] } });
  });

  it.each<[string, readonly [ReadReport, ...ReadReport[]], readonly string[]]>([
    [
      'of two commands',
      [shard(1), shard(2, { command: 'push' })],
      ['report-command: 2.json is of push, and 1.json of audit'],
    ],
    [
      'of two numbers of shards',
      [shard(1), shard(2, { shard: { index: 2, of: 4 } })],
      ['report-shards: 2.json is shard 2/4, and 1.json shard 1/3'],
    ],
    [
      'of a shard and of none',
      [shard(1), shard(2, { shard: null })],
      ['report-shards: 2.json is of no shard, and 1.json shard 1/3'],
    ],
    [
      'with a host in both',
      [shard(1), { ...shard(1), file: 'b.json' }],
      ['report-host: n[1,4,7,10]: in 1.json and in b.json'],
    ],
  ])('%s are not parts of one run', (_, reports, faults) => {
    expect(faultsOf(...reports)).toEqual(faults);
  });
});

describe('a report that is read', () => {
  it('is what was written', () => {
    expect(parseReport(JSON.stringify(whole), 'a.json')).toEqual({ ok: true, value: whole });
  });

  it.each([
    ['no JSON', '{', 'report-format'],
    ['something else', '{"kind":"mlbroute-plan"}', 'report-format'],
    ['one of another format', JSON.stringify({ ...whole, version: 2 }), 'report-version'],
    ['cut short', JSON.stringify({ ...whole, hosts: undefined }), 'report-damaged'],
    ['without a time', JSON.stringify({ ...whole, startedAt: 'yesterday' }), 'report-damaged'],
    [
      'with an end that there is not',
      JSON.stringify({ ...whole, hosts: [{ ...everyHost[3], outcome: { status: 'fine' } }] }),
      'report-damaged',
    ],
    ['with half a plan', JSON.stringify({ ...whole, hosts: [{ ...everyHost[0], plan: {} }] }), 'report-damaged'],
  ])('and is %s is refused', (_, text, code) => {
    expect(parseReport(text, 'a.json')).toMatchObject({ ok: false, error: { code } });
  });
});

describe('the exit code of a report', () => {
  const obstacle = { code: 'mark-in-use', message: 'm', hint: 'h' } as const;
  it.each([
    ['of no host', sampleReport([]), 0],
    ['where all is as described', sampleReport([sampleHost('n1', { findings: [] })]), 0],
    ['where something is due', sampleReport([sampleHost('n1', { plan: duePlan('n1') })]), 2],
    [
      'where a plan is stopped',
      sampleReport([sampleHost('n1', { plan: { ...duePlan('n1'), obstacles: [obstacle] } })]),
      1,
    ],
    ['where an endpoint gives no answer', sampleReport([], { fromHere: [{ endpoint: 'a', trouble: 'b' }] }), 2],
    ['where a host ended badly', whole, 1],
  ])('%s', (_, report, code) => {
    expect(exitCodeOfReport(report)).toBe(code);
  });
});
