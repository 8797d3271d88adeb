import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatJunit } from '../../src/report/junit.ts';
import { needTool } from '../backends/run-tool.ts';
import { everyHost, sampleHost, sampleReport } from './sample-report.ts';

const schema = fileURLToPath(new URL('junit.xsd', import.meta.url));
const fromHere = [
  { endpoint: '1.2.3.4:80', trouble: null },
  { endpoint: '[2001:db8::1]:80', trouble: 'no answer within 5 s' },
];

/** Reads a report with python3-junitparser, the reader of several reporters for CI: counts, and the result of each case. */
const reader = `
import json, sys
from junitparser import JUnitXml
xml = JUnitXml.fromstring(sys.stdin.buffer.read())
suites = [xml] if not hasattr(xml, '__iter__') else list(xml)
out = []
for suite in suites:
    for case in suite:
        result = case.result if isinstance(case.result, list) else [case.result] if case.result is not None else []
        out.append([case.classname, case.name, [[type(each).__name__, each.message] for each in result]])
print(json.dumps({'counts': [xml.tests, xml.failures, xml.errors], 'cases': out}))
`;

const run = (command: string, args: readonly string[], input: string) => {
  const ran = spawnSync(command, args, { input, encoding: 'utf8' });
  if (ran.error !== undefined) throw ran.error;
  return ran;
};

beforeAll(() => {
  needTool('/usr/bin/xmllint', 'libxml2-utils');
  needTool('/usr/lib/python3/dist-packages/junitparser', 'python3-junitparser');
});

describe('a report as JUnit', () => {
  it.each([
    ['of hosts in every state', sampleReport(everyHost, { fromHere })],
    ['of no host at all', sampleReport([], { command: 'push' })],
    ['of hosts with odd names', sampleReport(['a"b<c>&', 'n\u202e1', 'ü'].map((name) => sampleHost(name)))],
  ])('%s is XML in the shape that CI systems read', (_, report) => {
    const { status, stderr } = run('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], formatJunit(report));
    expect(stderr).toBe('- validates\n');
    expect(status).toBe(0);
  });

  it('tells a reader which host passed, failed, could not be asked and was not begun, and why', () => {
    const { stdout, stderr } = run(
      '/usr/bin/python3',
      ['-c', reader],
      formatJunit(sampleReport(everyHost, { fromHere })),
    );
    expect(stderr).toBe('');
    const { counts, cases } = JSON.parse(stdout);
    expect(counts).toEqual([13, 6, 2]);
    expect(cases).toEqual([
      ['mlbroute.audit', 'n1', []],
      [
        'mlbroute.audit',
        'n2',
        [
          [
            'Failure',
            'edited-on-host: /etc/sysctl.d/90-mlbroute.conf: edited on the host since the last push, by root (a push puts it back)',
          ],
        ],
      ],
      ['mlbroute.audit', 'n3', [['Failure', 'update /etc/systemd/network/50-mlbroute-eth0.100.network']]],
      ['mlbroute.audit', 'n4', []],
      ['mlbroute.audit', 'n5', []],
      ['mlbroute.audit', 'n6', [['Failure', 'failed: + rule: ]]> \\x1b[31m\uFFFD \uFFFD']]],
      ['mlbroute.audit', 'n7', [['Error', 'unreachable: connect ECONNREFUSED']]],
      ['mlbroute.audit', 'n8', [['Failure', 'reverted: connect ECONNREFUSED']]],
      ['mlbroute.audit', 'n9', [['Failure', 'stranded: connect ECONNREFUSED']]],
      ['mlbroute.audit', 'n10', [['Error', 'unknown: connect ECONNREFUSED']]],
      ['mlbroute.audit', 'n11', [['Skipped', 'not started: interrupted']]],
      ['mlbroute.audit.from-here', '1.2.3.4:80', []],
      ['mlbroute.audit.from-here', '[2001:db8::1]:80', [['Failure', 'no answer within 5 s']]],
    ]);
  });
});
