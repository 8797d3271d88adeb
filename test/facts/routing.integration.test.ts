import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Cidr, type Family, firstAddressOf, networkOf, parseIp } from '../../src/domain/address.ts';
import type { RuntimeChange } from '../../src/domain/change.ts';
import { toShell } from '../../src/domain/command.ts';
import { type InterfaceName, parseInterfaceName } from '../../src/domain/link.ts';
import type { RunningState } from '../../src/domain/observed.ts';
import type { PolicyRule, Priority, Route, TableId } from '../../src/domain/routing.ts';
import { parseRoutes, parseRules } from '../../src/facts/routing.ts';
import { cutSections } from '../../src/facts/sections.ts';
import { diffRoutes, diffRules } from '../../src/plan/diff-routing.ts';
import { routeKey, ruleKey } from '../../src/plan/words.ts';
import { needTool } from '../backends/run-tool.ts';
import { printedBy, reportBy, shells } from '../node/observing.ts';
import { must } from '../tasks/example-host.ts';

const [dash, , busybox] = shells;
const devices = ['eth0', 'eth1', 'peer0'].map((name) => must(parseInterfaceName(name)));
const absent = must(parseInterfaceName('gone0.4094'));

const uint32 = fc.integer({ min: 1, max: 0xffffffff });
const table = fc
  .oneof(fc.integer({ min: 1, max: 252 }), fc.integer({ min: 7000, max: 11094 }), uint32)
  .filter((id) => id < 253 || id > 255) as fc.Arbitrary<TableId>;
const ipv4: fc.Arbitrary<Cidr> = fc
  .tuple(fc.integer({ min: 0x01000000, max: 0xdfffffff }), fc.integer({ min: 8, max: 32 }))
  .map(([address, length]) =>
    networkOf(must(parseIp([24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.'))), length),
  )
  // The kernel takes no loopback network for a link route, and no gateway in it.
  .filter((network) => !network.startsWith('127.'));
const ipv6: fc.Arbitrary<Cidr> = fc
  .tuple(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 33, max: 128 }))
  .map(([high, low, length]) => networkOf(must(parseIp(`2001:db8:${high.toString(16)}::${low.toString(16)}`)), length));
const cidrs: Readonly<Record<Family, fc.Arbitrary<Cidr>>> = { ipv4, ipv6 };
const family: fc.Arbitrary<Family> = fc.constantFrom('ipv4', 'ipv6');
const device: fc.Arbitrary<InterfaceName> = fc.constantFrom(...devices);

const ruleOf = (its: Family): fc.Arbitrary<PolicyRule> =>
  fc.record({
    family: fc.constant(its),
    priority: fc.integer({ min: 1, max: 32765 }) as unknown as fc.Arbitrary<Priority>,
    from: fc.option(cidrs[its]),
    to: fc.option(cidrs[its]),
    iif: fc.option(fc.constantFrom(...devices, absent)),
    fwmark: fc.option(
      fc
        .tuple(uint32, fc.oneof(fc.constant(0xffffffff), uint32))
        .map(([value, mask]) => ({ value: (value & mask) >>> 0, mask }))
        .filter(({ value }) => value > 0),
    ),
    table: fc.oneof({ weight: 3, arbitrary: table }, { weight: 1, arbitrary: fc.constant(254 as TableId) }),
  });

/** What mlbroute puts into one table: a pool on its link and a gateway of it or an on-link one, or a blackhole. */
const routes: fc.Arbitrary<readonly Route[]> = fc
  .tuple(
    table,
    family.chain((its) => fc.tuple(fc.constant(its), cidrs[its])),
    device,
    fc.constantFrom('reachable', 'onlink', 'link', 'blackhole'),
  )
  .map(([id, [family, pool], dev, kind]): readonly Route[] => {
    const place = { family, table: id, destination: pool } as const;
    if (kind === 'blackhole') return [{ ...place, type: 'blackhole' }];
    const link: Route = { ...place, type: 'link', device: dev };
    const gateway = firstAddressOf(pool);
    const via = { family, table: id, destination: 'default', type: 'gateway', device: dev, gateway } as const;
    if (kind === 'link') return [link];
    return kind === 'onlink' ? [{ ...via, onlink: true }] : [link, { ...via, onlink: false }];
  });

const state = fc.record({
  rules: fc.uniqueArray(family.chain(ruleOf), { minLength: 5, maxLength: 40, selector: ruleKey }),
  routes: fc
    .uniqueArray(routes, { minLength: 5, maxLength: 20, selector: ([first]) => first?.table })
    .map((tables) => tables.flat()),
});

type Wanted = { readonly rules: readonly PolicyRule[]; readonly routes: readonly Route[] };

/**
 * The reports of one host: before, with all of it by two shells, without it again, with it again by undo, with all routes on other devices,
 * back by undo, and as it was by undo.
 */
function reportsOf({ rules, routes }: Wanted): readonly Pick<RunningState, 'routes' | 'rules'>[] {
  const put = [...diffRoutes(routes, [], []).additions, ...diffRules(rules, [], []).additions];
  const running = {
    routes: routes.map((route) => ({ route, protocol: 'static' })),
    rules: rules.map((one) => ({ rule: one, protocol: 'static' })),
  };
  const taken = [...diffRules([], running.rules, rules).removals, ...diffRoutes([], running.routes, routes).removals];
  const commands = (changes: readonly RuntimeChange[], part: 'apply' | 'undo') =>
    changes.flatMap((change) => change[part].map(({ argv }) => toShell(argv)));
  const moves = diffRoutes(routes.map(toOtherDevice), running.routes, routes);
  const moved = [...moves.additions, ...moves.removals];
  const look = ['echo @cut', reportBy(dash)];
  const { stdout } = printedBy({
    afterwards: [
      ...[...commands(put, 'apply'), ...look, 'echo @cut', reportBy(busybox)],
      ...[...commands(taken, 'apply'), ...look],
      ...[...commands([...taken].reverse(), 'undo'), ...look],
      ...[...commands(moved, 'apply'), ...look],
      ...[...commands([...moved].reverse(), 'undo'), ...look],
      ...[...commands([...put].reverse(), 'undo'), ...look],
    ].join('\n'),
  });
  return stdout.split('@cut\n').map((output) => {
    const sections = cutSections(output, '@token');
    const found = parseRoutes(sections.get('routes') ?? '');
    const rulesOf = (its: Family) => parseRules(sections.get(its === 'ipv4' ? 'rules' : 'rules-ipv6') ?? '', its);
    return {
      routes: sortedBy(found, ({ route }) => routeKey(route)),
      rules: sortedBy([...rulesOf('ipv4'), ...rulesOf('ipv6')], ({ rule: one }) => ruleKey(one)),
    };
  });
}

/** As when a network moves to another VLAN: the same pool and gateway elsewhere. */
function toOtherDevice(route: Route): Route {
  if (route.type === 'blackhole') return route;
  return { ...route, device: devices[(devices.indexOf(route.device) + 1) % devices.length] ?? absent };
}

function sortedBy<T>(entries: readonly T[], keyOf: (entry: T) => string): readonly T[] {
  return [...entries].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

describe('the running kernel', () => {
  beforeAll(() => needTool('/usr/bin/busybox', 'busybox-static'));

  it('gives back the very routes and rules that a plan puts in, and what was there before when they go or move, by plan or by undo', () => {
    fc.assert(
      fc.property(state, (wanted) => {
        const [before, underDash, underBusybox, removed, undone, moved, movedBack, after] = reportsOf(wanted);
        const routes = [...(before?.routes ?? []), ...wanted.routes.map((route) => ({ route, protocol: 'static' }))];
        const rules = [...(before?.rules ?? []), ...wanted.rules.map((one) => ({ rule: one, protocol: 'static' }))];
        expect(underDash).toEqual({
          routes: sortedBy(routes, ({ route }) => routeKey(route)),
          rules: sortedBy(rules, ({ rule: one }) => ruleKey(one)),
        });
        expect(underBusybox).toEqual(underDash);
        expect(removed).toEqual(before);
        expect(undone).toEqual(underDash);
        const elsewhere = wanted.routes.map((route) => ({ route: toOtherDevice(route), protocol: 'static' }));
        expect(moved?.routes).toEqual(
          sortedBy([...(before?.routes ?? []), ...elsewhere], ({ route }) => routeKey(route)),
        );
        expect(movedBack).toEqual(underDash);
        expect(after).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });
});
