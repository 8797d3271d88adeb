import type { Cidr, IpAddress } from '../../../src/domain/address.ts';
import type { Finding } from '../../../src/domain/change.ts';
import type { Decision } from '../../../src/domain/desired-state.ts';
import type { InterfaceName, VlanId } from '../../../src/domain/link.ts';
import type { TableId } from '../../../src/domain/routing.ts';
import { type HostReport, type PlanReport, type RunReport, reportPlan } from '../../../src/report/run-report.ts';
import { markDecision, networkUpdate, running, samplePlan } from '../sample-plan.ts';
import { sampleHost, sampleReport } from '../sample-report.ts';

const decisions: readonly Decision[] = [
  markDecision,
  {
    ...markDecision,
    network: 'partner',
    pools: ['172.20.8.0/22' as Cidr],
    device: 'eth0.208' as InterfaceName,
    gateway: '172.20.8.1' as IpAddress,
    table: 7208 as TableId,
    fwmark: { value: 0x200, mask: 0x1f00 },
  },
  {
    network: 'office',
    returnPath: 'none',
    reason: 'the main table already leads back',
    pools: ['10.20.0.0/24' as Cidr],
    device: 'eth0' as InterfaceName,
    ...{ gateway: null, table: null, fwmark: null },
  },
];
const links = [100, 208].map((id) => ({
  ...{ name: `eth0.${id}` as InterfaceName, parent: 'eth0' as InterfaceName, id: id as VlanId, mtu: null },
}));

/** Three networks on two VLANs of eth0. */
export const fleetPlan = (what: Partial<PlanReport> = {}): PlanReport => ({
  ...reportPlan(samplePlan('n', { decisions }), links),
  ...what,
});

const changed = reportPlan(
  samplePlan('n', {
    files: [networkUpdate],
    runtime: [
      running('+', 'rule 2011 fwmark 0x100/0x1f00 lookup 7100'),
      running('+', 'route default via 1.2.3.1 dev eth0.100 table 7100', 'route'),
    ],
  }),
  [],
);
const findings: readonly Finding[] = [
  {
    ...{ code: 'empty-table', where: 'running', subject: 'table 7100' },
    message: 'is empty, and rule 2011 leads there: replies of network public take the main table’s way',
    hint: 'an interface that went down took the routes along; push again',
  },
  {
    ...{ code: 'edited-on-host', where: 'persisted', subject: '/etc/systemd/network/50-mlbroute-eth0.208.network' },
    ...{ message: 'was edited by root on 2026-01-02 since the last push', hint: null },
  },
  {
    ...{ code: 'not-boot-safe', where: 'persisted', subject: '/etc/sysctl.d/99-local.conf' },
    ...{ message: 'sets net.ipv4.conf.all.rp_filter to 1 at the next boot', hint: 'remove the line <b>there</b>' },
  },
];
const lost = { kind: 'connect', message: 'connect EHOSTUNREACH 192.0.2.7:22', isTransient: true } as const;

/** One host, in trouble. */
export const oneHost: RunReport = sampleReport([
  sampleHost('node01', { findings, plan: fleetPlan({ files: changed.files, runtime: changed.runtime }) }),
]);

/** So many hosts of a push: most are alike, some fare otherwise. */
export function pushedFleet(size: number): RunReport {
  const hosts = Array.from({ length: size }, (_, index): HostReport => {
    const name = `node${String(index + 1).padStart(3, '0')}`;
    const plan = fleetPlan({ files: changed.files, runtime: changed.runtime });
    const phasesMs = { connect: 90 + (index % 7) * 10, observe: 140, plan: 3, apply: 800, verify: 300, confirm: 60 };
    const host = (outcome: HostReport['outcome'], what: Partial<HostReport> = {}) =>
      sampleHost(name, { outcome, plan, phasesMs, ...what });
    if (index % 100 === 6)
      return host({ status: 'unreachable', because: lost }, { plan: null, phasesMs: { connect: 3000 } });
    if (index % 100 === 11)
      return host({
        ...{
          status: 'reverted',
          because: { kind: 'step', step: '+ rule 2011', message: 'RTNETLINK answers: File exists' },
        },
      });
    if (index % 250 === 21)
      return host({
        ...{ status: 'stranded', because: { kind: 'step', step: '+ rule 2011', message: 'no such luck' } },
        ...{ details: 'step 4: it is stuck', command: 'sudo sh /var/lib/mlbroute/transactions/1/transaction again' },
      });
    if (index % 10 === 3) return host({ status: 'unchanged' }, { plan: fleetPlan() });
    return host({ status: 'changed', changes: 3, warnings: [] });
  });
  return sampleReport(hosts, { command: 'push', elapsedMs: 9_876 });
}

/** So many hosts of an audit, each with findings of its own, which is the most that a page has to hold. */
export function auditedFleet(size: number): RunReport {
  const hosts = Array.from({ length: size }, (_, index) => {
    const [first, ...others] = findings;
    const own = first === undefined ? [] : [{ ...first, subject: `table ${7100 + index}` }];
    const plan = fleetPlan({
      decisions: decisions.map((each) => ({
        ...each,
        gateway: `10.${index >> 8}.${index & 255}.1` as IpAddress,
        table: each.network === 'public' ? ((7100 + index) as TableId) : each.table,
      })),
    });
    return sampleHost(`node${index + 1}`, { findings: index % 3 === 0 ? [...own, ...others] : [], plan });
  });
  return sampleReport(hosts);
}
