import { expect, it } from 'vitest';
import { hiderOf } from '../../src/domain/hide-secrets.ts';
import { withoutSecrets } from '../../src/report/without-secrets.ts';
import { duePlan, everyHost, sampleHost, sampleReport } from './sample-report.ts';

it('a report shows no secret in any text of any host, and stays a report where a secret is a word of mlbroute’s own', () => {
  const report = sampleReport([...everyHost, sampleHost('n12', { plan: duePlan('n12') })]);
  const own = ['n6', 'failed', 'audit', 'update', 'edited-on-host', 'persisted'];
  const hidden = withoutSecrets(report, hiderOf([...own, 'Gateway=1.2.3.1', 'ECONNREFUSED', 'lookup 7100', 'two']));
  expect(JSON.stringify(hidden)).not.toMatch(/Gateway=1|ECONNREFUSED|lookup 7100|<two>/);
  const words = ({ host, outcome, findings, plan }: (typeof hidden.hosts)[number]) => [
    ...[host, outcome?.status, findings?.map(({ code, where }) => [code, where])],
    plan?.files.map(({ kind, cause }) => [kind, cause]),
  ];
  expect(hidden.hosts.map(words)).toEqual(report.hosts.map(words));
  expect(hidden.command).toBe('audit');
});
