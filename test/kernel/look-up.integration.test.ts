import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Family, familyOf } from '../../src/domain/address.ts';
import { checkSource, isForwarding } from '../../src/kernel/check-source.ts';
import { standardRules } from '../../src/kernel/from-domain.ts';
import { parseRouteShow, parseRuleShow } from '../../src/kernel/ip-json.ts';
import type { KernelDevice, KernelRoute, KernelRule, KernelState, RouteQuery } from '../../src/kernel/kernel-state.ts';
import { lookUp } from '../../src/kernel/look-up.ts';
import { type Namespace, openNamespace } from './namespace.ts';
import {
  devices,
  nodeAddresses,
  routeArguments,
  ruleArguments,
  type Scene,
  scenes,
  settingLines,
} from './random-routing.ts';

const scenesPerRun = 200;
const queriesPerScene = 40;
const seed = Number(process.env.FC_SEED ?? Date.now() % 0x7fffffff);

let namespace: Namespace;
const own: { [family in Family]: readonly KernelRoute[] } = { ipv4: [], ipv6: [] };

beforeAll(() => {
  namespace = openNamespace();
  namespace.sh(`
    ip link set lo up
    for device in ${devices.join(' ')}; do
      ip link add "$device" type veth peer name "peer-$device"
      ip link set "$device" addrgenmode none; ip link set "peer-$device" addrgenmode none
      ip link set "$device" up; ip link set "peer-$device" up
    done
    ${nodeAddresses.ipv4.map((address) => `ip address add ${address}`).join('\n')}
    ${nodeAddresses.ipv6.map((address) => `ip address add ${address} nodad`).join('\n')}
    # Until the first rule is added, the kernel keeps local and main in one trie and calls both main (fib_unmerge).
    ip rule add priority 1 lookup 99; ip rule del priority 1
    echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding`);
  for (const family of ['ipv4', 'ipv6'] as const)
    own[family] = parseRouteShow(namespace.sh(`ip -N ${flagOf(family)} -j route show table all`), family);
});

afterAll(() => namespace.stop());

describe('the model of policy routing', () => {
  it.each(['ipv4', 'ipv6'] as const)('agrees with the kernel about every packet: %s', (family) => {
    let asked = 0;
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(scenes(family, queriesPerScene), (scene) => {
        const kernel = askKernel(scene, family);
        expect(kernel.state).toEqual(stateOf(scene, family));
        const state = { ...stateOf(scene, family), ...settingsOf(scene) };
        for (const [index, query] of scene.queries.entries()) {
          asked++;
          const [modelled, answer] = [answerOf(state, query), kernel.answers[index]];
          const kind = modelled.startsWith('route') ? 'route' : modelled;
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
          expect(modelled, JSON.stringify(query)).toBe(answer);
        }
      }),
      { seed, numRuns: scenesPerRun, endOnFailure: true },
    );
    console.log(`${family}: ${asked} packets agree (FC_SEED=${seed}):`, Object.fromEntries(seen));
    expect(asked).toBe(scenesPerRun * queriesPerScene);
  });
});

/** Puts a scene into the kernel, asks it everything in one batch, and takes the scene out again. */
function askKernel({ rules, routes, queries, settings }: Scene, family: Family) {
  const names = ['all', ...devices];
  namespace.sh(settings.flatMap((each, index) => settingLines(names[index] ?? '', each)).join('\n'));
  const setUp = namespace.ipBatch(
    [flagOf(family)],
    [
      ...rules.map((rule) => `rule add ${ruleArguments(rule)}`),
      ...routes.map((each) => `route add ${routeArguments(each)}`),
    ],
  );
  const questions = queries.map((query) => `route get fibmatch ${queryArguments(query)}`);
  const asked = namespace.ipBatch(['-N', '-j', flagOf(family)], ['rule show', 'route show table all', ...questions]);
  const cleanUp = namespace.ipBatch(
    [flagOf(family)],
    [...rules.map(({ priority }) => `rule del priority ${priority}`), 'route flush table all protocol 77'],
  );
  expect([...setUp.errors, ...cleanUp.errors]).toEqual([]);
  const [shownRules = '', shownRoutes = '', ...answers] = asked.answers;
  let at = 0;
  return {
    state: sorted({ rules: parseRuleShow(shownRules, family), routes: parseRouteShow(shownRoutes, family) }),
    answers: queries.map((_, index) => {
      const error = asked.errors.get(index + 3);
      if (error !== undefined) return `error ${error}`;
      return `route ${routeText(parseRouteShow(answers[at++] ?? '', family)[0])}`;
    }),
  };
}

function stateOf({ rules, routes }: Scene, family: Family) {
  // As the kernel inserts: after the rules of the same priority.
  const all = [...standardRules(family), ...rules].sort((a, b) => a.priority - b.priority);
  return sorted({ rules: all.map(withoutEmptySelectors), routes: [...own[family], ...routes] });
}

/** To the kernel a selector of length 0 is none. */
function withoutEmptySelectors(rule: KernelRule): KernelRule {
  const orNull = (cidr: KernelRule['from']) => (cidr?.endsWith('/0') ? null : cidr);
  return { ...rule, from: orNull(rule.from), to: orNull(rule.to) };
}

function sorted<T extends { readonly routes: readonly KernelRoute[] }>(state: T): T {
  return { ...state, routes: [...state.routes].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
}

function settingsOf({ settings: [all, ...own] }: Scene): Pick<KernelState, 'devices' | 'all' | 'forwardsIpv6'> {
  if (all === undefined) throw new Error('a scene has settings of all');
  return {
    all,
    forwardsIpv6: true,
    devices: devices.flatMap((name, index): KernelDevice[] => {
      const settings = own[index];
      return settings === undefined ? [] : [{ ...settings, name, hasIpv4Address: name !== 'v2' }];
    }),
  };
}

/** What the model says, in the words that `ip route get` would print. */
function answerOf(state: KernelState, query: RouteQuery): string {
  const { verdict } = lookUp(state, query);
  const isForNode = verdict.kind === 'route' && verdict.route.type === 'local';
  if (query.iif !== null && !isForNode && !isForwarding(state, query.iif, familyOf(query.to)))
    return 'error No route to host';
  switch (verdict.kind) {
    case 'route': {
      const { from, iif } = query;
      if (from !== null && iif !== null && familyOf(from) === 'ipv4') {
        const leavesBy = verdict.route.type === 'local' ? null : (verdict.route.nextHops[0]?.device ?? null);
        const check = checkSource(state, { from, to: query.to, iif, mark: query.mark, leavesBy });
        if (check.verdict.kind === 'drops') return 'error Invalid argument';
      }
      return `route ${routeText(verdict.route)}`;
    }
    case 'refused':
      return `error ${refusalOf(verdict.as, verdict.route === null ? 'rule' : 'route')}`;
    case 'assumed-on-link':
      // With fibmatch there is no entry to show; without, the packet leaves.
      return 'error No route to host';
    case 'no-route':
      return 'error Network is unreachable';
  }
}

function refusalOf(as: string, by: 'rule' | 'route'): string {
  if (as === 'blackhole') return 'Invalid argument';
  if (as === 'prohibit') return 'Permission denied';
  return by === 'rule' ? 'Network is unreachable' : 'No route to host';
}

function routeText(route: KernelRoute | undefined): string {
  return JSON.stringify(route);
}

function queryArguments({ from, to, iif, oif, mark }: RouteQuery): string {
  return [
    to,
    from === null ? '' : `from ${from}`,
    iif === null ? '' : `iif ${iif}`,
    oif === null ? '' : `oif ${oif}`,
    `mark ${mark}`,
  ].join(' ');
}

function flagOf(family: Family): string {
  return family === 'ipv4' ? '-4' : '-6';
}
