import { type Cidr, type Family, type IpAddress, networkOf, parseIp } from '../domain/address.ts';
import type { InterfaceName } from '../domain/link.ts';
import { mainTable } from '../domain/routing.ts';
import type { KernelRoute, KernelRule, NextHop, RouteType, RuleAction } from './kernel-state.ts';

/** One element of `ip -N -j rule show`; what is not named here is a selector the model does not know. */
type RuleShow = {
  readonly priority?: number;
  readonly not?: null;
  readonly src?: string;
  readonly srclen?: number;
  readonly dst?: string;
  readonly dstlen?: number;
  readonly iif?: string;
  readonly oif?: string;
  readonly fwmark?: string;
  readonly fwmask?: string;
  readonly table?: string;
  readonly suppress_prefixlen?: number;
  readonly goto?: number;
  readonly action?: string;
  readonly nop?: null;
  readonly protocol?: string;
};

/** One element of `ip -N -j route show` or `ip -N -j route get fibmatch`, as far as it is used. */
type RouteShow = {
  readonly type?: string;
  readonly dst?: string;
  readonly gateway?: string;
  readonly via?: { readonly host?: string };
  readonly dev?: string;
  readonly table?: string;
  readonly metric?: number;
  readonly flags?: readonly string[];
  readonly nexthops?: readonly RouteShow[];
};

/** Parses `ip -N -j rule show` of one family, in the kernel's order. Throws SyntaxError if it is not JSON. Source: iprule.c of iproute2. */
export function parseRuleShow(json: string, family: Family): readonly KernelRule[] {
  return (JSON.parse(json) as readonly RuleShow[]).map((shown) => ({
    family,
    priority: shown.priority ?? 0,
    isInverted: shown.not !== undefined,
    from: selector(shown.src, shown.srclen),
    to: selector(shown.dst, shown.dstlen),
    iif: (shown.iif ?? null) as InterfaceName | null,
    oif: (shown.oif ?? null) as InterfaceName | null,
    fwmark:
      shown.fwmark === undefined
        ? null
        : { value: Number(shown.fwmark), mask: shown.fwmask === undefined ? 0xffffffff : Number(shown.fwmask) },
    otherSelectors: Object.keys(shown).filter((key) => !knownKeys.has(key)),
    action: actionOf(shown),
  }));
}

/** Parses `ip -N -j route show table all` of one family, or the answers of `route get fibmatch`. Routes of dead links are left out, as the kernel leaves them out. Throws SyntaxError if it is not JSON. */
export function parseRouteShow(json: string, family: Family): readonly KernelRoute[] {
  return (JSON.parse(json) as readonly RouteShow[]).flatMap((shown) => {
    const type = shown.type === undefined ? 'unicast' : routeTypes[shown.type];
    // The kernel clones IPv6 routes per destination; such entries are no choice of anybody's.
    if (type === undefined || shown.flags?.includes('dead') || shown.flags?.includes('cache')) return [];
    const isRefusing = refusing.has(type);
    return [
      {
        family,
        table: Number(shown.table ?? mainTable),
        destination: destinationOf(shown.dst ?? 'default', family),
        metric: shown.metric ?? 0,
        type,
        nextHops: isRefusing ? [] : (shown.nexthops ?? [shown]).flatMap(nextHopOf),
      },
    ];
  });
}

const knownKeys: ReadonlySet<string> = new Set([
  ...['priority', 'not', 'src', 'srclen', 'dst', 'dstlen', 'iif', 'oif', 'iif_detached', 'oif_detached'],
  ...['fwmark', 'fwmask', 'table', 'suppress_prefixlen', 'goto', 'unresolved', 'action', 'nop', 'to_tbl', 'protocol'],
]);

/** `rtm_type` in linux/rtnetlink.h, as `ip -N` prints it. */
const routeTypes: { readonly [number: string]: RouteType } = {
  '1': 'unicast',
  '2': 'local',
  '3': 'broadcast',
  '4': 'anycast',
  '5': 'multicast',
  '6': 'blackhole',
  '7': 'unreachable',
  '8': 'prohibit',
  '9': 'throw',
};

const refusing: ReadonlySet<RouteType> = new Set(['blackhole', 'unreachable', 'prohibit', 'throw']);

function actionOf(shown: RuleShow): RuleAction {
  if (shown.goto !== undefined) return { kind: 'goto', priority: shown.goto };
  if (shown.table !== undefined) {
    const suppressPrefixLength = shown.suppress_prefixlen ?? null;
    return { kind: 'lookup', table: Number(shown.table), suppressPrefixLength };
  }
  // `FR_ACT_…` in linux/fib_rules.h share their numbers with the types of routes.
  const kind = routeTypes[shown.action ?? ''];
  return kind === 'blackhole' || kind === 'unreachable' || kind === 'prohibit' ? { kind } : { kind: 'nop' };
}

function nextHopOf({ dev, gateway, via, flags }: RouteShow): readonly NextHop[] {
  if (dev === undefined) return [];
  const parsed = parseIp(gateway ?? via?.host ?? '');
  return [
    {
      device: dev as InterfaceName,
      gateway: parsed.ok ? parsed.value : null,
      onlink: flags?.includes('onlink') ?? false,
    },
  ];
}

function destinationOf(text: string, family: Family): KernelRoute['destination'] {
  return text === 'default' ? 'default' : toCidr(text, family);
}

function selector(address: string | undefined, length: number | undefined): Cidr | null {
  if (address === undefined || address === 'all') return null;
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  return toCidr(length === undefined ? address : `${address}/${length}`, family);
}

function toCidr(text: string, family: Family): Cidr {
  const [address = '', length = family === 'ipv4' ? '32' : '128'] = text.split('/');
  // iproute2 shortens what it prints (`ff00::/8`, never host bits): networkOf brings it into our canonical text.
  return networkOf(address as IpAddress, Number(length));
}
