import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { nmstate } from '../../src/documents/nmstate.ts';
import { talos } from '../../src/documents/talos.ts';
import type { Cidr, IpAddress } from '../../src/domain/address.ts';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import type { InterfaceName, VlanId } from '../../src/domain/link.ts';
import type { PolicyRule, Priority, Route, TableId } from '../../src/domain/routing.ts';
import type { SysctlKey } from '../../src/domain/sysctl.ts';
import { scenarios } from '../backends/all-scenarios.ts';
import { stateOf } from '../backends/scenario.ts';

const device = (text: string) => text as InterfaceName;
const cidr = (text: string) => text as Cidr;
const ip = (text: string) => text as IpAddress;
const table = (number: number) => number as TableId;

const rule = (priority: number, to: number, more: Partial<PolicyRule> = {}): PolicyRule => ({
  ...{ family: 'ipv4', priority: priority as Priority, from: null, to: null, iif: null, fwmark: null },
  table: table(to),
  ...more,
});
const route = (more: Partial<Route> & Pick<Route, 'type'>): Route =>
  ({ family: 'ipv4', table: table(7100), destination: 'default', device: device('eth0.100'), ...more }) as Route;

/** Replies of one VLAN by their source address, and a second network on the wire. */
const state: DesiredState = {
  decisions: [],
  links: [{ name: device('eth0.100'), parent: device('eth0'), id: 100 as VlanId, mtu: 1400 }],
  addresses: [{ device: device('eth0.100'), address: ip('1.2.3.9'), prefixLength: 24 }],
  routes: [
    route({ type: 'link', destination: cidr('1.2.3.0/24') }),
    route({ type: 'gateway', gateway: ip('1.2.3.1'), onlink: false }),
    route({ type: 'blackhole', destination: cidr('1.2.3.0/24'), table: table(6999) }),
    route({ type: 'link', destination: cidr('10.9.8.0/24'), table: table(254), device: device('eth0') }),
  ],
  rules: [
    rule(2000, 6999, { to: cidr('1.2.3.0/24'), iif: device('eth0.100') }),
    rule(2010, 254, { from: cidr('1.2.3.0/24'), to: cidr('10.112.0.0/12') }),
    rule(2010, 254, { from: cidr('1.2.3.0/24'), to: cidr('192.168.1.0/24') }),
    rule(2011, 7100, { from: cidr('1.2.3.0/24') }),
    rule(2020, 7100, { fwmark: { value: 0x100, mask: 0x1f00 } }),
  ],
  chains: [],
  sysctls: [
    { key: 'net/ipv4/conf/eth0.100/rp_filter' as SysctlKey, value: '2', why: 'replies leave by it', mayBeAbsent: true },
  ],
  modules: ['dummy'],
};

const textOf = (saying: ReturnType<typeof talos>) => {
  if (saying.kind === 'unsayable') throw new Error(saying.reasons.join('\n'));
  return saying.text;
};
const reasonsOf = (saying: ReturnType<typeof talos>) => (saying.kind === 'unsayable' ? saying.reasons : []);

describe('a machine configuration of Talos', () => {
  it('says links, addresses, routes, rules, settings and modules', () => {
    const documents = parseAllDocuments(textOf(talos(state))).map((document) => document.toJS());
    expect(documents).toEqual([
      {
        machine: {
          sysctls: { 'net/ipv4/conf/eth0.100/rp_filter': '2' },
          kernel: { modules: [{ name: 'dummy' }] },
        },
      },
      {
        ...{ apiVersion: 'v1alpha1', kind: 'VLANConfig', name: 'eth0.100', vlanID: 100, parent: 'eth0', mtu: 1400 },
        addresses: [{ address: '1.2.3.9/24' }],
        routes: [
          { destination: '1.2.3.0/24', table: '7100' },
          { gateway: '1.2.3.1', table: '7100' },
        ],
      },
      { apiVersion: 'v1alpha1', kind: 'LinkConfig', name: 'eth0', routes: [{ destination: '10.9.8.0/24' }] },
      ...[
        { name: '2000', dst: '1.2.3.0/24', iifName: 'eth0.100', action: 'blackhole' },
        { name: '2010', src: '1.2.3.0/24', dst: '10.112.0.0/12', table: 'main', action: 'unicast' },
        // There, a priority is the name of one rule.
        { name: '2011', src: '1.2.3.0/24', dst: '192.168.1.0/24', table: 'main', action: 'unicast' },
        { name: '2012', src: '1.2.3.0/24', table: '7100', action: 'unicast' },
        { name: '2020', fwMark: 256, fwMask: 7936, table: '7100', action: 'unicast' },
      ].map((each) => ({ apiVersion: 'v1alpha1', kind: 'RoutingRuleConfig', ...each })),
    ]);
  });

  it('keeps away from the priorities that Talos has taken, and ends where it does', () => {
    const at = (...priorities: readonly number[]) => ({
      ...state,
      routes: [],
      rules: priorities.map((each) => rule(each, 7100)),
    });
    const names = parseAllDocuments(textOf(talos(at(32499, 32499, 32500))))
      .map((document) => document.toJS())
      .flatMap(({ kind, name }) => (kind === 'RoutingRuleConfig' ? [name] : []));
    expect(names).toEqual(['32499', '32502', '32503']);
    expect(reasonsOf(talos(at(32764, 32764)))).toEqual(['rules beyond priority 32764: Talos takes none']);
  });
});

describe('a state for nmstate', () => {
  it('says interfaces, routes and rules, and names what is left', () => {
    const said = nmstate(state);
    expect(said.kind === 'said' && said.besides).toEqual([
      'net/ipv4/conf/eth0.100/rp_filter = 2: replies leave by it',
      'the module dummy',
    ]);
    expect(parse(textOf(said))).toEqual({
      interfaces: [
        {
          ...{ name: 'eth0.100', type: 'vlan', state: 'up', vlan: { 'base-iface': 'eth0', id: 100 }, mtu: 1400 },
          ipv4: { enabled: true, dhcp: false, address: [{ ip: '1.2.3.9', 'prefix-length': 24 }] },
        },
      ],
      routes: {
        config: [
          { destination: '1.2.3.0/24', 'next-hop-interface': 'eth0.100', 'table-id': 7100 },
          {
            ...{ destination: '0.0.0.0/0', 'next-hop-interface': 'eth0.100' },
            ...{ 'next-hop-address': '1.2.3.1', 'table-id': 7100 },
          },
          { destination: '10.9.8.0/24', 'next-hop-interface': 'eth0', 'table-id': 254 },
        ],
      },
      'route-rules': {
        config: [
          { priority: 2000, 'ip-to': '1.2.3.0/24', iif: 'eth0.100', action: 'blackhole' },
          { priority: 2010, 'ip-from': '1.2.3.0/24', 'ip-to': '10.112.0.0/12', 'route-table': 254 },
          { priority: 2010, 'ip-from': '1.2.3.0/24', 'ip-to': '192.168.1.0/24', 'route-table': 254 },
          { priority: 2011, 'ip-from': '1.2.3.0/24', 'route-table': 7100 },
          { priority: 2020, family: 'ipv4', fwmark: '0x100', fwmask: '0x1f00', 'route-table': 7100 },
        ],
      },
    });
  });

  it('has no routes on an interface without an address', () => {
    expect(reasonsOf(nmstate({ ...state, addresses: [] }))).toEqual([
      'routes on eth0.100, which has no address: NetworkManager keeps none there; give the network an address',
    ]);
  });
});

describe.each([
  ['talos', talos],
  ['nmstate', nmstate],
] as const)('what %s has no words for', (_, say) => {
  it.each<[string, Partial<DesiredState>, RegExp]>([
    [
      'a neighbour',
      { neighbors: [{ device: device('eth0.100'), address: ip('1.2.3.1'), mac: '02:00:00:00:00:01' as never }] },
      /^the neighbour 1\.2\.3\.1 on eth0\.100: /,
    ],
    ['a unit', { units: [{ unit: 'a.service', isEnabled: true, isActive: null }] }, /^the unit a\.service: /],
    [
      'a file',
      {
        files: [
          { dest: '/etc/a', content: '', owner: 'root', group: 'root', mode: '0644', validate: null, reload: null },
        ],
      },
      /^the file \/etc\/a: /,
    ],
    [
      'a gateway that no route reaches',
      { routes: [route({ type: 'gateway', gateway: ip('9.9.9.9'), onlink: true })] },
      /^the route to default by 9\.9\.9\.9, which lies in no route: /,
    ],
    [
      'a table that drops beside what it routes',
      { routes: [...state.routes, route({ type: 'link', destination: cidr('1.2.3.0/25'), table: table(6999) })] },
      /^the route that drops 1\.2\.3\.0\/24 in table 6999: /,
    ],
  ])('is %s', (_name, different, reason) => {
    expect(reasonsOf(say({ ...state, ...different }))).toEqual([expect.stringMatching(reason)]);
  });

  it('is every state with chains', () => {
    const marked = Object.values(scenarios)
      .map((scenario) => stateOf(scenario))
      .filter(({ chains }) => chains.length > 0);
    expect(marked.length).toBeGreaterThan(1);
    for (const each of marked) {
      const byNetwork = each.decisions.some(({ returnPath }) => returnPath === 'mark');
      const words = byNetwork ? 'chains of netfilter (return path mark of ' : 'chains of netfilter: ';
      expect(reasonsOf(say(each)).join('\n')).toContain(words);
    }
  });
});

it('nmstate is told nothing of IPv6', () => {
  const both = {
    ...state,
    routes: [...state.routes, route({ family: 'ipv6', type: 'link', destination: cidr('2001:db8::/64') })],
  };
  expect(reasonsOf(nmstate(both))).toEqual([expect.stringMatching(/^rules and routes of IPv6: /)]);
  expect(reasonsOf(talos(both))).toEqual([]);
});

it('every state without chains, files or neighbours can be said for Talos', () => {
  const plain = Object.values(scenarios)
    .map((scenario) => stateOf(scenario))
    .filter(({ chains, neighbors = [], files = [] }) => chains.length + neighbors.length + files.length === 0);
  expect(plain.length).toBeGreaterThan(2);
  for (const each of plain) expect(reasonsOf(talos(each))).toEqual([]);
});
