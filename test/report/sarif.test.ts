import { createRequire } from 'node:module';
import AjvDraft04 from 'ajv-draft-04';
import { describe, expect, it } from 'vitest';
import { formatSarif } from '../../src/report/sarif.ts';
import { duePlan, everyHost, sampleHost, sampleReport } from './sample-report.ts';

// The schema of OASIS, as Microsoft publishes it for tests.
const require = createRequire(import.meta.url);
const schema = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
const validate = new AjvDraft04.default({
  strict: false,
  unicodeRegExp: false,
  validateFormats: false,
  allErrors: true,
}).compile(schema);
const obstacle = { code: 'mark-in-use', message: 'cilium sets it', hint: 'choose another' } as const;

const resultsOf = (text: string) =>
  JSON.parse(text).runs[0].results.map(
    ({ ruleId, level, locations: [at] }: { ruleId: string; level: string; locations: [Location] }) =>
      `${level} ${ruleId} ${at.physicalLocation.artifactLocation.uri}`,
  );
type Location = { physicalLocation: { artifactLocation: { uri: string } } };

describe('a report as SARIF', () => {
  it.each([
    ['of hosts in every state', sampleReport(everyHost, { fromHere: [{ endpoint: '1.2.3.4:80', trouble: 'none' }] })],
    ['of no host', sampleReport([])],
    ['of a host whose name needs escapes in a URI', sampleReport([sampleHost('a b%ü\uD800', { findings: [] })])],
  ])('%s keeps to the published schema', (_, report) => {
    validate(JSON.parse(formatSarif(report)));
    expect(validate.errors).toBeNull();
  });

  it('has a result per finding, at the file on the host, and one per host that ended badly', () => {
    expect(resultsOf(formatSarif(sampleReport(everyHost)))).toEqual([
      'warning edited-on-host n2/etc/sysctl.d/90-mlbroute.conf',
      'warning missing n2',
      'error failed n6',
      'error unreachable n7',
      'error reverted n8',
      'error stranded n9',
      'error unknown n10',
      'error not-started n11',
    ]);
  });

  it('has what stops a plan, but where nothing is due nothing is stopped', () => {
    const due = { ...duePlan('n1'), obstacles: [obstacle] };
    const idle = { ...due, files: [], runtime: [] };
    const of = (plan: typeof due) => resultsOf(formatSarif(sampleReport([sampleHost('n1', { plan })])));
    expect([of(due), of(idle)]).toEqual([['error mark-in-use n1'], []]);
  });
});
