import { describe, expect, it } from 'vitest';
import { basisOf, changesSince } from '../../src/deploy/basis.ts';
import type { HostFacts, ObservedInterface } from '../../src/domain/facts.ts';
import { parseInterfaceName } from '../../src/domain/link.ts';
import type { Manifest, Observed } from '../../src/domain/observed.ts';
import { makeManifest } from '../../src/plan/manifest.ts';
import { noBootFiles } from '../boot/no-boot-files.ts';
import { sampleFiles, sampleState, sure } from './sample-state.ts';

const link = (name: string, rest: Partial<ObservedInterface> = {}): ObservedInterface => ({
  name: sure(parseInterfaceName(name)),
  isUp: true,
  ...{ kind: null, parent: null, vlanId: null, mtu: 1500, master: null, addresses: [] },
  ...rest,
});

const facts: HostFacts = {
  bootId: 'b',
  kernelRelease: '6.1',
  osId: 'debian',
  systemdVersion: 252,
  isNetworkdActive: true,
  iptables: 'nf_tables',
  programs: [],
  serviceProxy: { kind: 'iptables', evidence: 'KUBE-SERVICES' },
  interfaces: [link('eth0'), link('eth1'), link('cali1', { kind: 'veth' })],
  networkFileOf: { eth0: '/etc/systemd/network/10-eth0.network' },
  networkFiles: [{ path: '/etc/systemd/network/10-eth0.network', matchNames: ['eth0'] }],
  unreadNetworkFiles: [],
  loadedNetworks: [],
  others: { marks: [], rules: [], routes: [], linkFiles: [], vlansOf: {} },
  rpFilter: {},
};

const observed: Observed = {
  facts,
  persisted: [],
  notFiles: [],
  recorded: null,
  history: [],
  running: {
    ...{ vlans: [], routes: [], rules: [], chains: [] },
    sysctls: {
      'net/ipv4/conf/all/rp_filter': '2',
      'net/ipv4/conf/eth1/rp_filter': '1',
      'net/ipv4/conf/cali1/rp_filter': '0',
    },
  },
  boot: noBootFiles,
  pending: null,
};
const wanted = makeManifest(sampleState, sampleFiles, observed);
const withFacts = (change: Partial<HostFacts>): Observed => ({ ...observed, facts: { ...facts, ...change } });
const withRunning = (change: Partial<Observed['running']>): Observed => ({
  ...observed,
  running: { ...observed.running, ...change },
});
const [rule] = sampleState.rules;
const [, route] = sampleState.routes;
if (rule === undefined || route === undefined) throw new Error('the sample has rules and routes');

const changed = (later: Observed, manifest: Manifest = wanted) =>
  changesSince(basisOf(manifest, observed), basisOf(manifest, later));

describe('what a plan rests on', () => {
  it.each<[string, Observed, readonly string[]]>([
    ['nothing', observed, []],
    [
      'a file of ours',
      {
        ...observed,
        persisted: [{ kind: 'symlink', path: '/etc/systemd/system/x-mlbroute', target: 'y' }],
      },
      ['file /etc/systemd/system/x-mlbroute has appeared'],
    ],
    [
      'the service proxy',
      withFacts({ serviceProxy: { kind: 'ipvs', evidence: 'kube-ipvs0' } }),
      ['service proxy was iptables, is ipvs'],
    ],
    [
      'a link that goes down',
      withFacts({ interfaces: [link('eth0'), link('eth1', { isUp: false })] }),
      ['link eth1 was up MTU 1500, is down MTU 1500'],
    ],
    ['a link that is gone', withFacts({ interfaces: [link('eth1')] }), ['link eth0 is gone']],
    [
      'a setting',
      withRunning({ sysctls: { ...observed.running.sysctls, 'net/ipv4/conf/all/rp_filter': '1' } }),
      ['sysctl net/ipv4/conf/all/rp_filter was 2, is 1'],
    ],
    [
      'a rule of ours',
      withRunning({ rules: [{ rule, protocol: 'static' }] }),
      ['rule priority 2000 to 1.2.3.0/24 iif eth1 lookup 6999 has appeared'],
    ],
    [
      'a route of ours',
      withRunning({ routes: [{ route, protocol: 'static' }] }),
      ['route 1.2.3.0/24 dev eth1 scope link table 7100 has appeared'],
    ],
    [
      'a push by somebody else',
      { ...observed, recorded: wanted },
      [expect.stringMatching(/^record of the last push has appeared$/) as string],
    ],
  ])('notices a change of %s', (_, later, words) => {
    expect(changed(later)).toEqual(words);
  });

  it.each<[string, Observed]>([
    [
      'a pod that comes and goes',
      withFacts({ interfaces: [link('eth0'), link('eth1'), link('cali2', { kind: 'veth' })] }),
    ],
    [
      "a proxy's service addresses",
      withFacts({ interfaces: [...facts.interfaces, link('kube-ipvs0', { kind: 'dummy' })] }),
    ],
    [
      "a pod's setting",
      withRunning({ sysctls: { ...observed.running.sysctls, 'net/ipv4/conf/cali1/rp_filter': '1' } }),
    ],
    [
      'a rule in a place of nobody',
      withRunning({ rules: [{ rule: { ...rule, priority: 500 as typeof rule.priority }, protocol: 'kernel' }] }),
    ],
    [
      'a route of another table',
      withRunning({ routes: [{ route: { ...route, table: 99 as typeof route.table }, protocol: 'bird' }] }),
    ],
    ['a reboot', withFacts({ bootId: 'c' })],
  ])('does not mind %s', (_, later) => {
    expect(changed(later)).toEqual([]);
  });

  it("minds a pod's setting where `all` is about to be lowered: then each interface keeps what it had", () => {
    const lowering: Manifest = {
      ...wanted,
      desired: {
        ...sampleState,
        sysctls: [
          ...sampleState.sysctls,
          { key: 'net/ipv4/conf/all/rp_filter' as never, value: '0', why: '', mayBeAbsent: false },
        ],
      },
    };
    const later = withRunning({ sysctls: { ...observed.running.sysctls, 'net/ipv4/conf/cali2/rp_filter': '0' } });
    expect(changed(later, lowering)).toEqual(['sysctl net/ipv4/conf/cali2/rp_filter has appeared']);
  });
});
