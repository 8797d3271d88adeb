import fc from 'fast-check';
import { type Cidr, type Family, familyOf, firstAddressOf } from '../../src/domain/address.ts';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import type { VlanLink } from '../../src/domain/link.ts';
import { type InterfaceAddress, type Mac, parseMac } from '../../src/domain/neighborhood.ts';
import type { NetfilterChain } from '../../src/domain/netfilter.ts';
import type { ManagedFile } from '../../src/domain/remote-file.ts';
import type { PolicyRule, Priority, Route, TableId } from '../../src/domain/routing.ts';
import { ipv4ConfKey, type SysctlSetting } from '../../src/domain/sysctl.ts';
import { cidr, device, ip, must, vlan } from '../tasks/example-host.ts';
import type { SimulatedHost } from './simulated-host.ts';

/** What one of three networks could ask for; its number keeps it apart from the others. */
type NetworkChoice = {
  readonly link: VlanLink | null;
  readonly pools: readonly string[];
  readonly kind: 'onlink' | 'table' | 'far-gateway';
  readonly guarded: boolean;
  readonly address: InterfaceAddress['address'] | null;
  readonly mac: Mac | null;
};

/** `a7` sorts before its parent, `eth1.200` is there already and somebody else's. */
const links: readonly (VlanLink | null)[] = [
  null,
  vlanOf('eth0', 100, 'eth0.100'),
  vlanOf('eth0', 101, 'eth0.101'),
  vlanOf('eth1', 200, 'eth1.200'),
  vlanOf('eth0.100', 7, 'a7'),
];

const choice = (number: number): fc.Arbitrary<NetworkChoice> =>
  fc.record({
    link: fc
      .tuple(fc.constantFrom(...links), fc.constantFrom(null, 1300, 1400))
      .map(([link, mtu]) => (link === null || link.name === 'eth1.200' ? link : { ...link, mtu })),
    pools: fc.subarray([`1.2.${number}.0/24`, `5.6.${number}.8/29`, `9.9.9.${number}/32`, `2001:db8:${number}::/64`], {
      minLength: 1,
    }),
    kind: fc.constantFrom('onlink', 'table', 'far-gateway'),
    guarded: fc.boolean(),
    address: fc.constantFrom(null, null, ip(`1.2.${number}.7`), ip(`1.2.${number}.8`)),
    mac: fc.constantFrom(null, null, ...['52:54:00:00:00:01', '52:54:00:00:00:02'].map((text) => must(parseMac(text)))),
  });

const sysctlChoice = fc.record({ own: fc.constantFrom(null, '0', '2'), lowersAll: fc.boolean() });

const chainRules = fc.subarray([
  '-i eth1 -j RETURN',
  '-d 1.2.3.0/24 -j ACCEPT',
  '-m conntrack --ctdir REPLY -j RETURN',
]);

/** Any state that a host could be asked to have, sorted as the tasks sort theirs only by chance. */
export const desiredState: fc.Arbitrary<DesiredState> = fc
  .record({
    networks: fc.tuple(choice(0), choice(1), choice(2)).chain((all) => fc.subarray(all)),
    sysctls: sysctlChoice,
    chains: fc.record({
      ipv4: fc.record({ PREROUTING: fc.option(chainRules), OUTPUT: fc.option(chainRules) }),
      ipv6: fc.record({ PREROUTING: fc.option(chainRules), OUTPUT: fc.option(chainRules) }),
    }),
  })
  .map(({ networks, sysctls, chains }) => {
    const wanted = linksOf(networks);
    return {
      decisions: [],
      links: wanted,
      routes: networks.flatMap((network) => routesOf(network, wanted)),
      rules: networks.flatMap((network) => rulesOf(network, wanted)),
      chains: (['ipv4', 'ipv6'] as const).flatMap((family) =>
        (['PREROUTING', 'OUTPUT'] as const).flatMap((hook): NetfilterChain[] => {
          const rules = chains[family][hook];
          return rules === null ? [] : [{ family, table: 'mangle', name: `MLBROUTE-${hook}`, hook, rules }];
        }),
      ),
      sysctls: sysctlsOf(networks, wanted, sysctls),
      addresses: networks.flatMap((network) =>
        network.address === null
          ? []
          : [{ device: deviceOf(network, wanted), address: network.address, prefixLength: 24 }],
      ),
      neighbors: networks.flatMap((network) =>
        network.mac === null
          ? []
          : [{ device: deviceOf(network, wanted), address: ip(`1.2.${numberOf(network)}.1`), mac: network.mac }],
      ),
    };
  });

/** Nothing at all: what a removal asks for. */
export const nothing: DesiredState = { decisions: [], links: [], routes: [], rules: [], chains: [], sysctls: [] };

const content = fc.string({ unit: fc.constantFrom('a', '\n', '"', "'", 'é', '$'), maxLength: 6 });

/** Files at managed paths, some of them links. */
export const managedFiles: fc.Arbitrary<readonly ManagedFile[]> = fc.uniqueArray(
  fc.oneof(
    fc.record({
      kind: fc.constant('file' as const),
      path: fc.constantFrom('/etc/mlbroute/a', '/etc/mlbroute/b', '/etc/systemd/system/mlbroute-c.service'),
      mode: fc.constantFrom('0644', '0600'),
      content,
    }),
    fc.record({
      kind: fc.constant('symlink' as const),
      path: fc.constantFrom('/etc/mlbroute/b', '/etc/systemd/system/x.wants/mlbroute-c.service'),
      target: fc.constantFrom('../one', '../two'),
    }),
  ),
  { selector: ({ path }) => path, maxLength: 4 },
);

/** A host that mlbroute has never touched, with rules, routes and a VLAN of its own. */
export const freshHost: fc.Arbitrary<SimulatedHost> = fc
  .record({
    rpFilter: fc.tuple(...Array.from({ length: 6 }, () => fc.constantFrom('0', '1', '2'))),
    hasBroadFile: fc.boolean(),
  })
  .map(({ rpFilter, hasBroadFile }) => {
    const up = { isUp: true, mtu: 1500, parent: null, vlanId: null, addresses: [] } as const;
    const devices = ['all', 'default', 'eth0', 'eth1', 'eth1.200', 'veth0'];
    return {
      kernel: {
        links: [
          { ...up, name: device('eth0'), kind: null, addresses: ['192.168.1.10/24'] },
          { ...up, name: device('eth1'), kind: null },
          { ...up, ...{ name: device('eth1.200'), kind: 'vlan', parent: device('eth1'), vlanId: idOf(200) } },
          { ...up, name: device('veth0'), kind: 'veth' },
        ],
        routes: [
          { route: { ...place(254, '192.168.1.0/24'), type: 'link', device: device('eth0') }, protocol: 'kernel' },
          {
            route: {
              ...place(254, 'default'),
              ...{ type: 'gateway', device: device('eth0'), gateway: ip('192.168.1.1'), onlink: false },
            },
            protocol: 'boot',
          },
          { route: { ...place(254, '10.20.0.0/16'), type: 'link', device: device('eth1') }, protocol: 'boot' },
          { route: { ...place(254, '2001:db8:20::/64'), type: 'link', device: device('eth1') }, protocol: 'boot' },
        ],
        neighbors: [],
        rules: [
          { rule: rule(0, { table: 255 as TableId }), protocol: 'kernel' },
          { rule: rule(100, { from: cidr('10.0.0.0/8'), table: 9 as TableId }), protocol: 'unspec' },
          { rule: rule(32766, {}), protocol: 'kernel' },
          { rule: { ...rule(0, { table: 255 as TableId }), family: 'ipv6' }, protocol: 'kernel' },
          { rule: { ...rule(2011, { iif: device('eth9') }), family: 'ipv6' }, protocol: 'unspec' },
        ],
        chains: [],
        sysctls: Object.fromEntries(devices.map((name, i) => [ipv4ConfKey(name, 'rp_filter'), rpFilter[i] ?? '0'])),
        runFiles: {},
      },
      files: [],
      recorded: null,
      networkFiles: hasBroadFile ? [{ path: '/etc/systemd/network/80-all.network', matchNames: ['*'] }] : [],
    };
  });

function vlanOf(parent: string, id: number, name: string): VlanLink {
  return { name: device(name), parent: device(parent), id: idOf(id), mtu: null };
}

function idOf(id: number): VlanLink['id'] {
  const link = vlan('eth0', id);
  if (link.kind !== 'vlan') throw new Error('no VLAN');
  return link.id;
}

/** Each link once, and none without its parent. */
function linksOf(networks: readonly NetworkChoice[]): readonly VlanLink[] {
  const wanted = networks.flatMap(({ link }) => (link === null ? [] : [link]));
  const once = [...new Map(wanted.map((link) => [link.name, link])).values()];
  return once.filter(({ parent }) => !parent.includes('.') || once.some(({ name }) => name === parent));
}

function deviceOf({ link }: NetworkChoice, wanted: readonly VlanLink[]) {
  return link !== null && wanted.some(({ name }) => name === link.name) ? link.name : device('eth1');
}

function numberOf({ pools }: NetworkChoice): number {
  const [, number] = /^(?:1\.2\.|5\.6\.|9\.9\.9\.|2001:db8:)(\d)/.exec(pools[0] ?? '') ?? [];
  return Number(number);
}

/** The pools of each family that a network has. */
function byFamily({ pools }: NetworkChoice): readonly { readonly family: Family; readonly its: readonly Cidr[] }[] {
  const all = pools.map(cidr);
  return (['ipv4', 'ipv6'] as const)
    .map((family) => ({ family, its: all.filter((pool) => familyOf(pool) === family) }))
    .filter(({ its }) => its.length > 0);
}

function place(table: number, destination: string) {
  const network = destination === 'default' ? ('default' as const) : cidr(destination);
  const family: Family = destination.includes(':') ? 'ipv6' : 'ipv4';
  return { family, table: table as TableId, destination: network } as const;
}

function routesOf(network: NetworkChoice, wanted: readonly VlanLink[]): readonly Route[] {
  const { pools, kind, guarded } = network;
  const number = numberOf(network);
  const dev = deviceOf(network, wanted);
  const table = kind === 'onlink' ? 254 : 7100 + number;
  const onLink = pools.map((pool): Route => ({ ...place(table, pool), type: 'link', device: dev }));
  const guards = pools.map((pool): Route => ({ ...place(6990 + number, pool), type: 'blackhole' }));
  const gateways = byFamily(network).map(({ family, its: [first] }): Route => {
    const near = firstAddressOf(first ?? cidr('0.0.0.0/0'));
    const far = ip(family === 'ipv4' ? '8.8.8.8' : '2001:4860::8');
    return {
      ...{ ...place(table, 'default'), family, type: 'gateway', device: dev },
      ...{ gateway: kind === 'table' ? near : far, onlink: kind !== 'table' },
    };
  });
  return [...(kind === 'onlink' ? [] : gateways), ...onLink, ...(guarded ? guards : [])];
}

function rule(priority: number, rest: Partial<PolicyRule>): PolicyRule {
  const selectors = { from: null, to: null, iif: null, fwmark: null };
  const family = [rest.from, rest.to].some((each) => each?.includes(':')) ? 'ipv6' : 'ipv4';
  return { family, priority: priority as Priority, ...selectors, table: 254 as TableId, ...rest };
}

function rulesOf(network: NetworkChoice, wanted: readonly VlanLink[]): readonly PolicyRule[] {
  const { pools, kind, guarded } = network;
  const number = numberOf(network);
  const fwmark = { value: 0x100 * (number + 1), mask: 0x1f00 };
  const table = (7100 + number) as TableId;
  return [
    ...byFamily(network).flatMap(({ family }) =>
      kind === 'onlink' ? [] : [{ ...rule(2011 + 10 * number, { fwmark, table }), family }],
    ),
    ...(kind === 'onlink' ? [] : [rule(2010 + 10 * number, { fwmark, to: cidr('10.112.0.0/12') })]),
    ...(kind === 'onlink' ? [] : [rule(2010 + 10 * number, { fwmark, to: cidr('fd00:10::/32') })]),
    ...(guarded
      ? pools.map((pool) => {
          const to = cidr(pool);
          return rule(2000 + number, { to, iif: deviceOf(network, wanted), table: (6990 + number) as TableId });
        })
      : []),
  ];
}

function sysctlsOf(
  networks: readonly NetworkChoice[],
  wanted: readonly VlanLink[],
  { own, lowersAll }: { readonly own: string | null; readonly lowersAll: boolean },
): readonly SysctlSetting[] {
  const setting = (name: string, value: string, mayBeAbsent: boolean): SysctlSetting => ({
    ...{ key: ipv4ConfKey(name, 'rp_filter'), value, why: 'for the test', mayBeAbsent },
  });
  const used = [...new Set(networks.map((network) => String(deviceOf(network, wanted))))];
  const pinned = ['default', 'eth0', 'eth1', 'eth1.200', 'eth9'].filter((name) => own === null || !used.includes(name));
  return [
    ...(lowersAll ? [setting('all', '0', false), ...pinned.map((name) => setting(name, '2', true))] : []),
    ...(own === null ? [] : used.map((name) => setting(name, own, false))),
  ];
}
