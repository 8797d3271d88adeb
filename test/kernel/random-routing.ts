import fc from 'fast-check';
import { type Cidr, type Family, type IpAddress, networkOf } from '../../src/domain/address.ts';
import type { InterfaceName } from '../../src/domain/link.ts';
import type { DeviceSettings, KernelRoute, KernelRule, RouteQuery, RuleAction } from '../../src/kernel/kernel-state.ts';

/** A random set of rules and routes with random questions about it. */
export type Scene = {
  readonly rules: readonly KernelRule[];
  readonly routes: readonly KernelRoute[];
  readonly queries: readonly RouteQuery[];
  /** Of `all`, then of each of `devices`. */
  readonly settings: readonly DeviceSettings[];
};

/** The devices of the test's node. v2 has no address. */
export const devices = ['v0', 'v1', 'v2', 'v3'].map((name) => name as InterfaceName);

/** The addresses of the test's node. */
export const nodeAddresses: { readonly [family in Family]: readonly string[] } = {
  ipv4: ['10.0.0.1/24 dev v0', '10.1.0.1/24 dev v1', '11.0.0.1/30 dev v3'],
  ipv6: ['fd00:a::1/64 dev v0', 'fd00:b::1/64 dev v1', 'fd01::1/126 dev v3'],
};

/** Scenes of one family. Addresses come from a small world, so that selectors and prefixes meet often. */
export function scenes(family: Family, queriesPerScene: number): fc.Arbitrary<Scene> {
  return fc.record({
    rules: fc
      .array(rule(family), { maxLength: 10 })
      .map((rules) => distinct(rules.map((each, index) => giveOwnTable(each, index)))),
    routes: fc.uniqueArray(route(family), {
      minLength: 4,
      maxLength: 24,
      selector: ({ table, destination, metric }) => `${table} ${destination} ${metric}`,
    }),
    queries: fc.array(query(family), { minLength: queriesPerScene, maxLength: queriesPerScene }),
    settings: fc.array(settings(), { minLength: 1 + devices.length, maxLength: 1 + devices.length }),
  });
}

/** A line of shell for each setting of a device, or of `all`. */
export function settingLines(
  device: string,
  { rpFilter, usesMark, acceptsLocal, forwards }: DeviceSettings,
): readonly string[] {
  const values = {
    rp_filter: rpFilter,
    src_valid_mark: Number(usesMark),
    accept_local: Number(acceptsLocal),
    forwarding: Number(forwards),
  };
  // Written to `all`, forwarding would go to every device.
  return Object.entries(values)
    .filter(([name]) => device !== 'all' || name !== 'forwarding')
    .map(([name, value]) => `echo ${value} >/proc/sys/net/ipv4/conf/${device}/${name}`);
}

/** A rule as `ip rule add` takes it. */
export function ruleArguments(rule: KernelRule): string {
  const { priority, isInverted, from, to, iif, oif, fwmark, action } = rule;
  return [
    `priority ${priority}`,
    isInverted ? 'not' : '',
    from === null ? '' : `from ${from}`,
    to === null ? '' : `to ${to}`,
    iif === null ? '' : `iif ${iif}`,
    oif === null ? '' : `oif ${oif}`,
    fwmark === null ? '' : `fwmark ${fwmark.value}/${fwmark.mask}`,
    actionArguments(action),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** A route as `ip route add` takes it. Its protocol tells it from those of the kernel. */
export function routeArguments({ type, destination, nextHops, table, metric }: KernelRoute): string {
  const hops = nextHops.map(
    ({ device, gateway, onlink }) =>
      `${gateway === null ? '' : `via ${gateway} `}dev ${device}${onlink ? ' onlink' : ''}`,
  );
  return `${type} ${destination} ${hops.join(' ')} table ${table} metric ${metric} protocol 77`;
}

const tables = [101, 102, 103, 104, 105, 106, 254];
const marks = [0, 0x100, 0x200, 0x4100, 0x1, 0xffffffff];
const lengths = {
  ipv4: [0, 1, 7, 8, 9, 15, 16, 17, 24, 25, 31, 32],
  ipv6: [0, 1, 7, 15, 16, 32, 33, 64, 65, 126, 127, 128],
};

function address(family: Family): fc.Arbitrary<IpAddress> {
  const of = (...choices: readonly string[]) => fc.constantFrom(...choices);
  return (
    family === 'ipv4'
      ? fc.tuple(of('10', '11'), of('0', '1'), of('0', '1', '128'), of('1', '2', '200')).map((parts) => parts.join('.'))
      : fc
          .tuple(of('fd00', 'fd01'), of('a', 'b'), of('', ':8000'), of('1', '2', '8001'))
          .map(([a, b, c, d]) => `${a}:${b}${c}::${d}`)
  ) as fc.Arbitrary<IpAddress>;
}

function nodeAddress(family: Family): fc.Arbitrary<IpAddress> {
  return fc.constantFrom(...nodeAddresses[family].map((text) => text.split('/')[0] as IpAddress));
}

function prefix(family: Family): fc.Arbitrary<Cidr> {
  return fc
    .tuple(address(family), fc.constantFrom(...lengths[family]))
    .map(([base, length]) => networkOf(base, length));
}

function rule(family: Family): fc.Arbitrary<KernelRule> {
  // fc.option gives null once in `freq` times.
  const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
  const often = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 2 });
  return fc.record({
    family: fc.constant(family),
    priority: fc.constantFrom(50, 100, 100, 200, 300, 400, 500, 600),
    isInverted: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
    from: often(prefix(family)),
    to: often(prefix(family)),
    iif: rarely(fc.constantFrom(...devices, 'lo' as InterfaceName)),
    oif: rarely(fc.constantFrom(...devices)),
    fwmark: often(
      fc.tuple(fc.constantFrom(...marks), fc.constantFrom(0x1f00, 0x100, 0xffffffff, 0x4000)).map(([value, mask]) => ({
        value: (value & mask) >>> 0,
        mask,
      })),
    ),
    otherSelectors: fc.constant([]),
    action: action(),
  });
}

function settings(): fc.Arbitrary<DeviceSettings> {
  return fc.record({
    rpFilter: fc.constantFrom(0, 0, 0, 0, 1, 2),
    usesMark: fc.constantFrom(false, false, false, true),
    acceptsLocal: fc.constantFrom(false, false, false, false, false, true),
    forwards: fc.constantFrom(true, true, true, true, true, true, true, false),
  });
}

function action(): fc.Arbitrary<RuleAction> {
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('lookup' as const),
        table: fc.constantFrom(...tables),
        suppressPrefixLength: fc.option(fc.constantFrom(0, 8, 24), { nil: null, freq: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom('blackhole', 'unreachable', 'prohibit').map((kind) => ({ kind })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(300, 450, 600, 32766).map((priority) => ({ kind: 'goto' as const, priority })),
    },
  ) as fc.Arbitrary<RuleAction>;
}

/** The kernel takes a rule without `from` or `to` for the same as an older one that differs only in having them (fib4_rule_compare). */
function distinct(rules: readonly KernelRule[]): readonly KernelRule[] {
  const key = ({ priority, iif, oif, fwmark, action: does }: KernelRule) =>
    [priority, iif, oif, fwmark?.value, fwmark?.mask, does.kind, does.kind === 'lookup' ? does.table : ''].join();
  return [...new Map(rules.map((each) => [key(each), each])).values()];
}

/** Most lookups get a table that no other rule has, so that the route's table tells which rule found it. */
function giveOwnTable(rule: KernelRule, index: number): KernelRule {
  const { action: does } = rule;
  // The kernel refuses jumps that do not go forward.
  if (does.kind === 'goto' && does.priority <= rule.priority) return { ...rule, action: { ...does, priority: 32766 } };
  return does.kind === 'lookup' && does.table !== 254 && does.table !== 106
    ? { ...rule, action: { ...does, table: 101 + (index % 5) } }
    : rule;
}

function route(family: Family): fc.Arbitrary<KernelRoute> {
  const shared = {
    family: fc.constant(family),
    table: fc.constantFrom(...tables),
    destination: fc.oneof(
      { weight: 3, arbitrary: prefix(family).map((cidr) => (cidr.endsWith('/0') ? ('default' as const) : cidr)) },
      // So that most packets, and most ways back, find something.
      { weight: 1, arbitrary: fc.constant('default' as const) },
    ),
    metric: fc.constantFrom(5, 10, 1024),
  };
  const gateway = (family === 'ipv4' ? '10.9.9.9' : 'fe80::9') as IpAddress;
  const nextHop = fc
    .tuple(fc.constantFrom(...devices), fc.boolean())
    .map(([device, hasGateway]) => [
      { device, gateway: hasGateway ? gateway : null, onlink: hasGateway && family === 'ipv4' },
    ]);
  return fc.oneof(
    { weight: 9, arbitrary: fc.record({ ...shared, type: fc.constant('unicast' as const), nextHops: nextHop }) },
    {
      weight: 1,
      arbitrary: fc.record({
        ...shared,
        type: fc.constantFrom('blackhole', 'unreachable', 'prohibit', 'throw'),
        nextHops: fc.constant([]),
      }),
    },
  ) as fc.Arbitrary<KernelRoute>;
}

function query(family: Family): fc.Arbitrary<RouteQuery> {
  const to = fc.oneof({ weight: 7, arbitrary: address(family) }, { weight: 1, arbitrary: nodeAddress(family) });
  const mark = fc.constantFrom(...marks);
  const incoming = fc.record({
    from: address(family),
    to,
    iif: fc.constantFrom(...devices),
    oif: fc.constant(null),
    mark,
  });
  const own = fc.record({
    // The kernel refuses IPv4 sources that are not the node's own.
    from: fc.option(family === 'ipv4' ? nodeAddress(family) : address(family), { nil: null }),
    to,
    iif: fc.constant(null),
    oif: fc.option(fc.constantFrom(...devices), { nil: null }),
    mark,
  });
  return fc.oneof({ weight: 2, arbitrary: incoming }, { weight: 1, arbitrary: own });
}

function actionArguments(does: RuleAction): string {
  switch (does.kind) {
    case 'lookup':
      return `lookup ${does.table}${does.suppressPrefixLength === null ? '' : ` suppress_prefixlength ${does.suppressPrefixLength}`}`;
    case 'goto':
      return `goto ${does.priority}`;
    default:
      return does.kind;
  }
}
