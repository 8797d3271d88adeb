import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/domain/desired-state.ts';
import type { ObservedInterface } from '../../src/domain/facts.ts';
import { likelyCauses } from '../../src/plan/likely-cause.ts';
import { noBootFiles } from '../boot/no-boot-files.ts';
import { sampleState } from '../deploy/sample-state.ts';
import { samplePlan } from '../report/sample-plan.ts';
import { hostFacts, iface, manifest, vlan } from '../tasks/example-host.ts';

const link = vlan('eth0', 100);
if (link?.kind !== 'vlan') throw new Error('the link is no VLAN');
const decisions: readonly Decision[] = sampleState.decisions.map((each) => ({ ...each, device: link.name }));
const desired = {
  ...sampleState,
  decisions,
  links: [{ name: link.name, parent: link.parent, id: link.id, mtu: 1500 }],
};

/** What is named where these interfaces are there, all else is as desired, and the last push made these decisions. */
function causes(
  interfaces: readonly ObservedInterface[],
  last: readonly Decision[] = decisions,
  { drops = 0, sysctls = {} }: { readonly drops?: number; readonly sysctls?: Readonly<Record<string, string>> } = {},
): readonly string[] {
  const protocol = 'static';
  return likelyCauses({
    plan: samplePlan('node1', {}),
    desired,
    observed: {
      facts: hostFacts({ interfaces }),
      ...{ persisted: [], notFiles: [], history: [], boot: noBootFiles, pending: null },
      recorded: manifest({ desired: { ...desired, decisions: last } }),
      running: {
        ...{ vlans: [], chains: [], sysctls },
        routes: desired.routes.map((route) => ({ route, protocol })),
        rules: desired.rules.map((rule) => ({ rule, protocol })),
      },
    },
    drops,
    answers: [{ network: 'public', family: 'ipv4', isGatewaySilent: false, strayReply: null }],
  }).map(({ subject, message }) => `${subject}: ${message}`);
}

const [eth0, ours] = [iface('eth0'), iface('eth0.100')];

describe('likelyCauses', () => {
  it.each<[string, readonly ObservedInterface[], readonly string[]]>([
    ['names nothing where all is well', [eth0, ours], []],
    [
      'names the parent before the VLAN that went with it',
      [
        { ...eth0, isUp: false },
        { ...ours, isUp: false },
      ],
      ['network public: eth0, which eth0.100 hangs on, is down'],
    ],
    ['names a parent that is gone', [], ['network public: eth0, which eth0.100 hangs on, is not there']],
    ['names a VLAN that is gone', [eth0], ['network public: eth0.100 is not there: requests do not come in']],
    [
      'names a VLAN that is down',
      [eth0, { ...ours, isUp: false }],
      ['network public: eth0.100 is down: requests do not come in'],
    ],
    [
      'names an MTU that is too small',
      [eth0, { ...ours, mtu: 1400 }],
      ['network public: eth0.100 has MTU 1400, not 1500: what is larger is lost while small packets pass'],
    ],
  ])('%s', (_title, interfaces, expected) => {
    expect(causes(interfaces)).toEqual(expected);
  });

  it('names a check of sources that drops packets while the node is asked, where it checks that interface at all', () => {
    const strict = { 'net/ipv4/conf/all/rp_filter': '1' };
    expect(causes([eth0, ours], decisions, { drops: 3, sysctls: strict })).toEqual([
      'network public: rp_filter drops packets on this node: 3 while it was asked, and on eth0.100 it is 1',
    ]);
    expect(causes([eth0, ours], decisions, { drops: 3 })).toEqual([]);
    expect(causes([eth0, ours], decisions, { sysctls: strict })).toEqual([]);
  });

  it('names a kube-proxy that changed its mode since the last push', () => {
    const last = decisions.map((each) => ({ ...each, returnPath: 'source' as const }));
    expect(causes([eth0, ours], last)).toEqual([
      'network public: the node was set up for return path source, and needs mark by now: for the test',
    ]);
  });
});
