import { describe, expect, it } from 'vitest';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import type { HostFacts, ObservedInterface } from '../../src/domain/facts.ts';
import type { Observed } from '../../src/domain/observed.ts';
import type { MarkUse, OtherUses } from '../../src/domain/other-uses.ts';
import type { Fwmark, PolicyRule, Priority, Route, TableId } from '../../src/domain/routing.ts';
import { preflight } from '../../src/plan/lint/preflight.ts';
import { noBootFiles } from '../boot/no-boot-files.ts';
import { sampleState } from '../deploy/sample-state.ts';
import { cidr, device, hostFacts, iface, manifest, vlan } from '../tasks/example-host.ts';

const link = vlan('eth0', 100);
if (link.kind !== 'vlan') throw new Error('no VLAN');
const vlanState: DesiredState = {
  ...{ routes: [], rules: [], chains: [], sysctls: [] },
  decisions: sampleState.decisions.map((decision) => ({ ...decision, device: link.name, fwmark: null })),
  links: [{ name: link.name, parent: link.parent, id: link.id, mtu: null }],
};

const noUses: OtherUses = { marks: [], rules: [], routes: [], linkFiles: [], vlansOf: {} };

type Host = {
  readonly running?: Partial<Observed['running']>;
  readonly facts?: Partial<HostFacts>;
  readonly others?: Partial<OtherUses>;
  readonly rest?: Partial<Observed>;
};

/** What stands against a push, as `code: message`. */
function found({ running, facts, others, rest }: Host, desired: DesiredState = sampleState): readonly string[] {
  return preflight(desired, {
    facts: hostFacts({ others: { ...noUses, ...others }, ...facts }),
    ...{ persisted: [], notFiles: [], recorded: null, history: [], boot: noBootFiles, pending: null },
    running: { vlans: [], routes: [], rules: [], chains: [], sysctls: {}, ...running },
    ...rest,
  }).map(({ code, message }) => `${code}: ${message}`);
}

const rule = (priority: number, rest: Partial<PolicyRule> = {}): PolicyRule => ({
  ...{ family: 'ipv4', priority: priority as Priority, from: null, to: null, iif: null, fwmark: null },
  ...{ table: 9 as TableId, ...rest },
});
const byOthers = (...rules: readonly PolicyRule[]) => ({
  rules: rules.map((one) => ({ rule: one, protocol: 'static' })),
});
const foreign: Route = { family: 'ipv4', table: 7100 as TableId, destination: cidr('10.0.0.0/8'), type: 'blackhole' };

describe('preflight of a host that has nothing in the way', () => {
  it('minds no rules, routes and tables of its own', () => {
    const running = {
      ...byOthers(rule(0, { table: 255 as TableId }), rule(100)),
      routes: [{ route: { ...foreign, table: 9 as TableId }, protocol: 'boot' }],
    };
    expect(found({ running })).toEqual([]);
  });

  it('minds nothing that is wanted or recorded', () => {
    const running = {
      routes: [...sampleState.routes, foreign].map((route) => ({ route, protocol: 'static' })),
      ...byOthers(...sampleState.rules, rule(2011)),
      chains: sampleState.chains,
    };
    const recorded = manifest({ desired: { ...sampleState, routes: [foreign], rules: [rule(2011)] } });
    expect(found({ running, rest: { recorded } })).toEqual([]);
  });

  it('minds no routes of others in main', () => {
    const onlink: DesiredState = { ...sampleState, routes: [{ ...foreign, table: 254 as TableId }] };
    const other: Route = { ...foreign, table: 254 as TableId, destination: 'default' };
    expect(found({ running: { routes: [{ route: other, protocol: 'boot' }] } }, onlink)).toEqual([]);
  });

  it('minds nobody where nothing is wanted', () => {
    const empty: DesiredState = { decisions: [], links: [], routes: [], rules: [], chains: [], sysctls: [] };
    expect(found({ running: byOthers(rule(0, { table: 255 as TableId })) }, empty)).toEqual([]);
  });
});

describe('preflight of tables', () => {
  it.each<[string, Host, string]>([
    [
      'a route of somebody else',
      { running: { routes: [{ route: foreign, protocol: 'bird' }] } },
      'table-in-use: table 7100 already has a route of somebody else: blackhole 10.0.0.0/8 table 7100 (protocol bird)',
    ],
    [
      'a route with several next hops',
      { others: { routes: [{ family: 'ipv4', table: 7100, words: 'dst default nexthops […]' }] } },
      'table-in-use: table 7100 already has a route of somebody else: dst default nexthops […]',
    ],
    [
      'a rule of somebody else that leads there',
      { running: byOthers(rule(50, { table: 7100 as TableId })) },
      'table-in-use: a rule of somebody else leads to table 7100: priority 50 lookup 7100',
    ],
    [
      'a rule with other selectors that leads there',
      { others: { rules: [{ family: 'ipv4', priority: 50, table: 7100, words: 'oif eth9 table 7100' }] } },
      'table-in-use: a rule of somebody else leads to table 7100: oif eth9 table 7100',
    ],
  ])('names %s', (_, host, expected) => {
    expect(found(host)).toEqual([expected]);
  });

  it('names who is known to use a table of that number', () => {
    const desired = { ...sampleState, routes: sampleState.routes.map((route) => ({ ...route, table: 77 as TableId })) };
    const [obstacle] = found(
      { running: { routes: [{ route: { ...foreign, table: 77 as TableId }, protocol: 'kernel' }] } },
      desired,
    );
    expect(obstacle).toMatch(/; known users of this number: Calico, kube-router$/);
  });
});

describe('preflight of priorities', () => {
  it.each<[string, Host, string]>([
    [
      'a rule of somebody else',
      { running: byOthers(rule(2011, { from: cidr('10.0.0.0/8') })) },
      'priority-in-use: somebody else has a rule of the same priority: priority 2011 from 10.0.0.0/8 lookup 9',
    ],
    [
      'a rule that does something else',
      { others: { rules: [{ family: 'ipv4', priority: 2011, table: 0, words: 'priority 2011 action blackhole' }] } },
      'priority-in-use: somebody else has a rule of the same priority: priority 2011 action blackhole',
    ],
  ])('names %s', (_, host, expected) => {
    expect(found(host)).toEqual([expected]);
  });

  it('minds no rule of another family', () => {
    expect(found({ others: { rules: [{ family: 'ipv6', priority: 2011, table: 0, words: '' }] } })).toEqual([]);
  });

  it.each<[number, readonly string[]]>([
    [100, []],
    [1999, []],
    [2000, ["before-local: priority 2000 comes before the local table's rule at 2000", 'priority-in-use: ']],
    [2005, ["before-local: priority 2000 comes before the local table's rule at 2005"]],
  ])('looks at the local rule, moved to %d', (priority, expected) => {
    const all = found({ running: byOthers(rule(priority, { table: 255 as TableId })) }).toSorted();
    expect(all.map((text) => (text.startsWith('priority-in-use') ? 'priority-in-use: ' : text))).toEqual(expected);
  });
});

describe('preflight of marks', () => {
  it.each<[string, Fwmark, boolean]>([
    ['the very mark', { value: 0x100, mask: 0x1f00 }, true],
    ['the whole mark', { value: 0x100, mask: 0xffffffff }, true],
    ['a wider mask with bits beside ours', { value: 0x4100, mask: 0x5f00 }, true],
    ['one bit of ours', { value: 0x100, mask: 0x100 }, true],
    ['a zero in a bit that ours leaves zero', { value: 0, mask: 0x200 }, true],
    ['another value in our bits', { value: 0x200, mask: 0x1f00 }, false],
    ['bits beside ours', { value: 0x4000, mask: 0x4000 }, false],
    ['the highest bit', { value: 0x80000000, mask: 0x80000000 }, false],
  ])('judges a rule of somebody else for %s', (_, fwmark, matches) => {
    const codes = found({ running: byOthers(rule(50, { fwmark })) }).map((text) => text.split(':')[0]);
    expect(codes).toEqual(matches ? ['mark-in-use'] : []);
  });

  const use = (of: MarkUse['of'], does: MarkUse['does'], value: number, mask: number): MarkUse => ({
    ...{ of, does, value, mask },
    rule: '-A X',
  });
  it.each<[string, MarkUse, string | null]>([
    ['sets our bits', use('packet', 'set', 0, 0x100), 'mark-in-use'],
    ['sets all bits', use('packet', 'set', 0, 0xffffffff), 'mark-in-use'],
    ['sets bits beside ours', use('packet', 'set', 0, 0xffff4000), null],
    ['sets our bits of the connection', use('connection', 'set', 0, 0xffffffff), 'connmark-in-use'],
    ['tests for our value', use('packet', 'test', 0x100, 0x100), 'mark-in-use'],
    ['tests for an unmarked packet', use('packet', 'test', 0, 0xffffffff), 'mark-in-use'],
    ['tests for another value', use('packet', 'test', 0x200, 0x1f00), null],
    ['tests the connection for our value', use('connection', 'test', 0x100, 0x1f00), 'connmark-in-use'],
  ])('judges a packet filter of somebody else that %s', (_, mark, code) => {
    expect(found({ others: { marks: [mark] } }).map((text) => text.split(':')[0])).toEqual(code === null ? [] : [code]);
  });

  const marked = (mask: number): DesiredState => ({
    ...sampleState,
    rules: [],
    decisions: sampleState.decisions.map((decision) => ({ ...decision, fwmark: { value: mask, mask } })),
  });
  it.each<[string, number, Partial<HostFacts>, readonly string[]]>([
    [
      'kube-proxy',
      0x4000,
      {},
      ['mark-in-use: packet mark 0x4000/0x4000: kube-proxy, which is on this host, uses the bits 0x4000 of it'],
    ],
    ['no kube-proxy', 0x4000, { serviceProxy: { kind: 'none', evidence: '' } }, []],
    [
      'Calico',
      0x10000,
      { interfaces: [iface('eth1'), iface('cali123')] },
      ['mark-in-use: packet mark 0x10000/0x10000: Calico, which is on this host, uses the bits 0x10000 of it'],
    ],
    ['Calico and the default', 0x1f00, { interfaces: [iface('eth1'), iface('cali123')] }, []],
    [
      'Cilium beside kube-proxy',
      0x1f00,
      { interfaces: [iface('eth1'), iface('cilium_host')] },
      ['mark-in-use: packet mark 0x1f00/0x1f00: Cilium, which is on this host, uses the bits 0xf00 of it'],
    ],
    [
      'the AWS VPC CNI',
      0x80,
      { interfaces: [iface('eth1'), iface('eni1')] },
      [
        'mark-in-use: packet mark 0x80/0x80: the AWS VPC CNI, which is on this host, uses the bits 0x80 of it',
        'connmark-in-use: connection mark 0x80/0x80: the AWS VPC CNI, which is on this host, uses the bits 0x80 of it',
      ],
    ],
  ])('knows the marks of %s', (_, mask, facts, expected) => {
    expect(found({ facts }, marked(mask))).toEqual(expected);
  });

  it('says which bit is free where others have most', () => {
    const facts = hostFacts({ interfaces: [iface('eth1'), iface('cilium_host')], others: noUses });
    const observed = {
      facts,
      persisted: [],
      notFiles: [],
      recorded: null,
      history: [],
      boot: noBootFiles,
      pending: null,
    };
    const running = { vlans: [], routes: [], rules: [], chains: [], sysctls: {} };
    const [first] = preflight(sampleState, { ...observed, running });
    expect(first?.hint).toBe('choose another with mark: — free here is { value: 0x1000, mask: 0x1000 }');
  });

  it('tells of an eBPF datapath that no mark gets by', () => {
    const facts = { interfaces: [iface('eth1'), iface('bpfin.cali')] };
    expect(found({ facts })).toEqual([
      "ebpf-datapath: network public: return_path mark cannot work with Calico's eBPF dataplane (interface bpfin.cali): its packets bypass the mangle chains that set the mark",
    ]);
    expect(found({ facts: { ...facts, ...{} } }, vlanState)).toEqual([]);
  });
});

describe('preflight of chains', () => {
  const [chain] = sampleState.chains;
  if (chain === undefined) throw new Error('the sample has chains');
  const other = { ...chain, rules: ['-j ACCEPT'] };
  it.each<[string, Host, number]>([
    ['as they shall be', { running: { chains: [chain] } }, 0],
    ['of our name that nobody recorded', { running: { chains: [other] } }, 1],
    ['of our name that is recorded', { running: { chains: [other] }, rest: { recorded: manifest() } }, 0],
    [
      'of our name beside our files',
      {
        running: { chains: [other] },
        rest: { persisted: [{ kind: 'symlink', path: '/etc/mlbroute/a', target: 'b' }] },
      },
      0,
    ],
  ])('judges chains %s', (_, host, count) => {
    const all = found(host);
    expect(all).toHaveLength(count);
    for (const text of all)
      expect(text).toMatch(/^chain-in-use: chain MLBROUTE-OUTPUT is in mangle already, with 1 rule,/);
  });

  it('names the family of chains of IPv6', () => {
    const taken = { family: 'ipv6', table: 'filter', name: 'MLBROUTE-A', hook: null, rules: [] } as const;
    expect(found({ running: { chains: [taken] } })).toEqual([
      expect.stringMatching(/^chain-in-use: chain MLBROUTE-A is in filter \(IPv6\) already, with 0 rules,/),
    ]);
  });
});

describe('preflight of interfaces', () => {
  const eth0 = (rest: Partial<ObservedInterface> = {}) => iface('eth0', ['192.168.1.10/24'], rest);
  const file = (name: string, vlanId: number | null = null) => ({
    path: '/etc/systemd/network/20-x.netdev',
    name,
    vlanId,
  });
  const vlansOf = { '/etc/systemd/network/10-eth0.network': ['vlan100'] };
  it.each<[string, Host, readonly string[]]>([
    ['a parent that is up', { facts: { interfaces: [eth0()] } }, []],
    [
      'a parent that is down',
      { facts: { interfaces: [eth0({ isUp: false })] } },
      ['parent-down: eth0 is down, and eth0.100 cannot come up before it'],
    ],
    [
      'a parent in a bond',
      { facts: { interfaces: [eth0({ master: device('bond0') }), iface('bond0', [], { kind: 'bond' })] } },
      ['parent-enslaved: eth0 belongs to bond0: a VLAN on it would go past that one'],
    ],
    [
      'a parent in a VRF',
      { facts: { interfaces: [eth0({ master: device('red') }), iface('red', [], { kind: 'vrf' })] } },
      [],
    ],
    [
      'the VLAN itself in a VRF',
      {
        facts: {
          interfaces: [eth0(), iface('eth0.100', [], { master: device('red') }), iface('red', [], { kind: 'vrf' })],
        },
      },
      ['device-enslaved: eth0.100 belongs to red (vrf): MetalLB announces on no interface that has a master'],
    ],
    [
      'a file of somebody else for the name',
      { others: { linkFiles: [file('eth0.100')] } },
      ['vlan-in-file: /etc/systemd/network/20-x.netdev makes an interface eth0.100, too'],
    ],
    [
      'a file of somebody else for the VLAN id on the same parent',
      { others: { linkFiles: [file('vlan100', 100)], vlansOf } },
      ['vlan-in-file: /etc/systemd/network/20-x.netdev makes VLAN 100 of eth0, too, as vlan100'],
    ],
    ['a file for the id on another parent', { others: { linkFiles: [file('vlan100', 100)] } }, []],
    ['a file for another id', { others: { linkFiles: [file('vlan100', 7)], vlansOf } }, []],
  ])('judges %s', (_, host, expected) => {
    expect(found(host, vlanState)).toEqual(expected);
  });

  it.each<[number, number, readonly string[]]>([
    [1500, 1500, []],
    [1400, 1500, []],
    [9000, 1500, ['mtu-above-parent: eth0.100 is to have MTU 9000, and its parent eth0 has 1500']],
  ])('judges an MTU of %d on a parent of %d', (mtu, ofParent, expected) => {
    const links = vlanState.links.map((one) => ({ ...one, mtu }));
    expect(found({ facts: { interfaces: [eth0({ mtu: ofParent })] } }, { ...vlanState, links })).toEqual(expected);
  });

  it('compares the MTU of a VLAN on a VLAN with that which the lower one is to have', () => {
    const upper = { name: device('eth0.100.7'), parent: link.name, id: link.id, mtu: 1450 };
    const links = [...vlanState.links.map((one) => ({ ...one, mtu: 1400 })), upper];
    expect(found({ facts: { interfaces: [eth0()] } }, { ...vlanState, links })).toEqual([
      'mtu-above-parent: eth0.100.7 is to have MTU 1450, and its parent eth0.100 has 1400',
    ]);
  });

  it('leaves a parent alone that the push makes itself', () => {
    const upper = { name: device('eth0.100.7'), parent: link.name, id: link.id, mtu: null };
    const interfaces = [eth0(), iface('eth0.100', [], { isUp: false })];
    expect(found({ facts: { interfaces } }, { ...vlanState, links: [...vlanState.links, upper] })).toEqual([]);
  });

  it.each<[string, boolean]>([
    ['eth0.100', false],
    ['veth100', true],
    ['cali.100', true],
    ['kube-ipvs0', true],
    ['lxc7', true],
    ['lo', true],
    ['lo0', false],
    ['mycni0', false],
  ])('knows whether MetalLB announces on %s', (name, isExcluded) => {
    const decisions = vlanState.decisions.map((decision) => ({ ...decision, device: device(name) }));
    expect(found({}, { ...vlanState, links: [], decisions }).map((text) => text.split(':')[0])).toEqual(
      isExcluded ? ['metallb-excluded'] : [],
    );
  });
});
