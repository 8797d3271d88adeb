import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/domain/change.ts';
import { waysOf } from '../../../src/report/html/ways.ts';
import type { HostReport } from '../../../src/report/run-report.ts';
import { running } from '../sample-plan.ts';
import { sampleHost } from '../sample-report.ts';
import { fleetPlan } from './sample-fleet.ts';

const finding = (subject: string, message = 'is missing'): Finding => ({
  ...{ code: 'missing', where: 'running', subject, message, hint: null },
});
const found = (subject: string, message?: string) => ({ findings: [finding(subject, message)] });
const due = (words: string) => ({ plan: fleetPlan({ runtime: [{ ...running('+', words), commands: [] }] }) });
const lost = { kind: 'connection-lost', message: 'gone' } as const;

/** Whatever is not as described, in words. */
function troubles(what: Partial<HostReport>): string {
  const { stops, ways } = waysOf(sampleHost('n1', { findings: null, plan: fleetPlan(), ...what }), 'n1');
  return [
    ...stops.filter(({ health }) => health !== 'good').map(({ title, health }) => `${title} ${health}`),
    ...ways
      .filter(({ health }) => health !== 'good')
      .map(({ network, kind, health }) => `${network} ${kind} ${health}`),
  ].join(', ');
}

describe('the ways of a host', () => {
  it('go through router, parent, VLAN and pool to the node, and back through the table that its mark leads to', () => {
    const { stops, ways } = waysOf(sampleHost('n1', { plan: fleetPlan() }), 'n1');
    const titleOf = (id: string) => stops.find((stop) => stop.id === id)?.title;
    expect(
      ways.map(({ network, kind, stops: passed }) => `${network} ${kind}: ${passed.map(titleOf).join(' ')}`),
    ).toEqual([
      'public request: client 1.2.3.1 eth0 eth0.100 public n1',
      'public reply: n1 table 7100 eth0.100 eth0 1.2.3.1 client',
      'partner request: client 172.20.8.1 eth0 eth0.208 partner n1',
      'partner reply: n1 table 7208 eth0.208 eth0 172.20.8.1 client',
      'office request: client router eth0 office n1',
      'office reply: n1 table main eth0 router client',
    ]);
    expect(stops.find(({ title }) => title === 'table 7100')?.detail).toBe('mark 0x100/0x1f00');
  });

  it('of a host without a plan are none', () => {
    expect(waysOf(sampleHost('n1', { plan: null }), 'n1')).toEqual({ stops: [], ways: [] });
  });

  it.each<[string, Partial<HostReport>, string]>([
    ['nothing is due or was found', { findings: [] }, ''],
    ['a table is empty', found('table 7100'), 'table 7100 bad, public reply bad'],
    ['a rule is missing', found('rule 2011 fwmark 0x200/0x1f00 lookup 7208'), 'table 7208 bad, partner reply bad'],
    [
      'a file of a VLAN is gone',
      found('/etc/systemd/network/50-mlbroute-eth0.100.network'),
      'eth0.100 bad, public request bad, public reply bad',
    ],
    [
      'a gateway is silent',
      found('network public', 'the gateway 1.2.3.1 does not answer ARP on eth0.100'),
      '1.2.3.1 bad, eth0.100 bad, public request bad, public reply bad',
    ],
    [
      'a reply strays by another interface and gateway',
      found(
        'network public',
        'a reply from 1.2.3.0/24 (mark 0x100/0x1f00) would not leave by eth0.100 via 1.2.3.1 but: 8.8.8.8 via 172.20.8.1 dev eth0',
      ),
      'table 7100 bad, public reply bad',
    ],
    ['a network as a whole is in trouble', found('network office', 'nobody knows why'), 'office reply bad'],
    ['a table is only alike', found('table 71000'), ''],
    ['an address is only alike', found('route 11.2.3.1 via 1.2.3.10'), ''],
    ['something else is amiss', found('clock'), ''],
    [
      'something is due',
      due('route default via 1.2.3.1 dev eth0.100 table 7100'),
      '1.2.3.1 due, eth0.100 due, table 7100 due, public request due, public reply due',
    ],
    [
      'a push went well, whatever was due',
      { ...due('table 7100'), outcome: { status: 'changed', changes: 1, warnings: [] } },
      '',
    ],
  ])('show where it is: %s', (_, what, told) => {
    expect(troubles(what)).toBe(told);
  });

  it.each([
    ['reverted', 'due'],
    ['stranded', 'bad'],
  ] as const)('of a host that is %s are all %s', (status, health) => {
    const outcome = { status, because: lost, details: '', command: '' };
    const { stops, ways } = waysOf(sampleHost('n1', { outcome, plan: fleetPlan() }), 'n1');
    expect(new Set([...stops, ...ways].map((each) => each.health))).toEqual(new Set([health]));
  });
});
