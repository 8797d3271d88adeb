import type { Finding } from '../../src/domain/change.ts';
import type { HostName } from '../../src/domain/host.ts';
import type { HostOutcome } from '../../src/domain/outcome.ts';
import { type HostReport, type RunReport, reportPlan } from '../../src/report/run-report.ts';
import { networkUpdate, running, samplePlan } from './sample-plan.ts';

const sampleFinding: Finding = {
  ...{ code: 'edited-on-host', where: 'persisted', subject: '/etc/sysctl.d/90-mlbroute.conf' },
  message: 'edited on the host since the last push, by root',
  hint: 'a push puts it back',
};

/** A host of a report: looked at, as described, with nothing due. */
export function sampleHost(name: string, what: Partial<HostReport> = {}): HostReport {
  const plan = reportPlan(samplePlan(name), []);
  return {
    host: name as HostName,
    outcome: null,
    findings: null,
    plan,
    phasesMs: { connect: 120, observe: 80 },
    ...what,
  };
}

const endedHost = (name: string, outcome: HostOutcome) => sampleHost(name, { outcome });

/** A plan with a file and a rule due. */
export const duePlan = (name: string) =>
  reportPlan(
    samplePlan(name, { files: [networkUpdate], runtime: [running('+', 'rule 2011 fwmark 0x100/0x1f00 lookup 7100')] }),
    [],
  );

/** A report of these hosts. */
export function sampleReport(hosts: readonly HostReport[], what: Partial<RunReport> = {}): RunReport {
  return {
    ...{ kind: 'mlbroute-report', version: 1, mlbroute: '0.1.0', command: 'audit' },
    ...{ startedAt: '2026-01-02T03:04:05.678Z', elapsedMs: 1234, shard: null, missing: [], hosts, fromHere: [] },
    ...what,
  };
}

const lost = { kind: 'connect', message: 'connect ECONNREFUSED', isTransient: true } as const;

/** Hosts in every state that there is, texts that XML and JSON must escape among them. */
export const everyHost: readonly HostReport[] = [
  sampleHost('n1', { findings: [] }),
  sampleHost('n2', {
    findings: [sampleFinding, { ...sampleFinding, code: 'missing', where: 'running', subject: 'rule 2011' }],
  }),
  sampleHost('n3', { plan: duePlan('n3') }),
  endedHost('n4', { status: 'unchanged' }),
  endedHost('n5', { status: 'changed', changes: 3, warnings: ['a "warning" of <two>\nlines & more'] }),
  endedHost('n6', {
    status: 'failed',
    because: { kind: 'step', step: '+ rule', message: ']]> \x1b[31m\uD800 \uFFFE' },
  }),
  endedHost('n7', { status: 'unreachable', because: lost }),
  endedHost('n8', { status: 'reverted', because: lost }),
  endedHost('n9', { status: 'stranded', because: lost, details: 'step 4', command: 'sh again' }),
  endedHost('n10', { status: 'unknown', because: lost, revertsWithinMs: 60_000 }),
  endedHost('n11', { status: 'not-started', because: 'interrupted' }),
];
