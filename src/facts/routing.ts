import { type Cidr, type Family, type IpAddress, parseCidrOrIp, parseIp } from '../domain/address.ts';
import type { InterfaceName } from '../domain/link.ts';
import type { RunningRoute, RunningRule } from '../domain/observed.ts';
import type { OtherUses } from '../domain/other-uses.ts';
import { mainTable, type Priority, type Route, type TableId } from '../domain/routing.ts';

/** One element of `ip -N -j route show table all`, as far as it is used. */
type RouteShow = {
  readonly type?: string;
  readonly dst?: string;
  readonly gateway?: string;
  /** A next hop of the other family. */
  readonly via?: object;
  readonly dev?: string;
  readonly table?: string;
  readonly protocol?: string;
  readonly tos?: string;
  readonly metric?: number;
  readonly encap?: string;
  readonly flags?: readonly string[];
  /** Every route of IPv6 has it, and none of IPv4. */
  readonly pref?: string;
};

/** One element of `ip -d -N -j rule show`, as far as it is used. */
type RuleShow = {
  readonly priority?: number;
  readonly src?: string;
  readonly srclen?: number;
  readonly dst?: string;
  readonly dstlen?: number;
  readonly iif?: string;
  readonly fwmark?: string;
  readonly fwmask?: string;
  readonly table?: string;
  readonly protocol?: string;
};

/** All that a rule of ours can be shown with; `iif_detached` says that the interface is not there. */
const ruleKeys: ReadonlySet<string> = new Set([
  ...['priority', 'src', 'srclen', 'dst', 'dstlen', 'iif', 'iif_detached', 'fwmark', 'fwmask', 'table', 'protocol'],
]);

/** `rtm_type` numbers of linux/rtnetlink.h that `ip -N` prints. */
const blackholeType = '6';

/** Numbers of linux/rtnetlink.h: `ip -N` leaves out the protocol `boot` of routes. */
const protocolNames: Readonly<Record<string, string>> = {
  '0': 'unspec',
  '1': 'redirect',
  '2': 'kernel',
  '3': 'boot',
  '4': 'static',
};

/**
 * Parses `ip -N -j route show table all`, both families in one list. Only unicast and blackhole routes with one next hop, without TOS, and
 * with the metric of a route that is given none: the kernel keeps others beside those to the same destination, and mlbroute makes no others. Throws SyntaxError if it is not JSON, or names a table
 * where a number is meant (iproute2 before 5.0 knows no -N).
 */
export function parseRoutes(json: string): readonly RunningRoute[] {
  return (JSON.parse(json) as readonly RouteShow[]).flatMap((shown) => {
    const route = toRoute(shown);
    return route === null ? [] : [{ route, protocol: protocolName(shown.protocol ?? '3') }];
  });
}

/**
 * Parses `ip -d -N -j rule show` of one family. A rule that does more than look up a table, or has a selector that `PolicyRule` does not know (`not`,
 * `oif`, `suppress_prefixlength`, ports, …), is left out: it is somebody else's, and must not be taken for one of ours. Therefore a key
 * that is not known counts too. Throws SyntaxError as `parseRoutes` does.
 */
export function parseRules(json: string, family: Family): readonly RunningRule[] {
  return (JSON.parse(json) as readonly RuleShow[]).flatMap((shown) => {
    if (!isModelled(shown)) return [];
    const value = shown.fwmark === undefined ? null : Number(shown.fwmark);
    return [
      {
        rule: {
          family,
          priority: shown.priority as Priority,
          from: selector(shown.src, shown.srclen),
          to: selector(shown.dst, shown.dstlen),
          iif: (shown.iif ?? null) as InterfaceName | null,
          fwmark:
            value === null ? null : { value, mask: shown.fwmask === undefined ? 0xffffffff : Number(shown.fwmask) },
          table: tableNumber(shown.table),
        },
        // Without -d a rule's protocol may be left out; then the kernel keeps none.
        protocol: protocolName(shown.protocol ?? '0'),
      },
    ];
  });
}

/** The rules that `parseRules` leaves out. */
export function parseOtherRules(json: string, family: Family): OtherUses['rules'] {
  const rules = (JSON.parse(json) as readonly RuleShow[]).filter((shown) => !isModelled(shown));
  return rules.map((shown) => ({
    family,
    priority: shown.priority ?? 0,
    table: shown.table === undefined ? 0 : tableNumber(shown.table),
    words: wordsOf(shown),
  }));
}

/** The routes that `parseRoutes` leaves out. */
export function parseOtherRoutes(json: string): OtherUses['routes'] {
  const routes = (JSON.parse(json) as readonly RouteShow[]).filter((shown) => toRoute(shown) === null);
  return routes.map((shown) => ({
    family: familyOfRoute(shown),
    table: shown.table === undefined ? mainTable : tableNumber(shown.table),
    words: wordsOf(shown),
  }));
}

function wordsOf(shown: object): string {
  return Object.entries(shown)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(' ');
}

function isModelled(shown: RuleShow): shown is RuleShow & { readonly table: string; readonly priority: number } {
  return (
    shown.table !== undefined && shown.priority !== undefined && Object.keys(shown).every((key) => ruleKeys.has(key))
  );
}

function toRoute(shown: RouteShow): Route | null {
  const destination = shown.dst === 'default' ? 'default' : network(shown.dst ?? '');
  if (destination === null) return null;
  const family = familyOfRoute(shown);
  const where = {
    family,
    table: shown.table === undefined ? mainTable : tableNumber(shown.table),
    destination,
  } as const;
  if (shown.tos !== undefined || (shown.metric ?? 0) !== usualMetric[family]) return null;
  if (shown.type === blackholeType) return { ...where, type: 'blackhole' };
  if (shown.type !== undefined || shown.dev === undefined) return null;
  if (shown.via !== undefined || shown.encap !== undefined) return null;
  const device = shown.dev as InterfaceName;
  if (shown.gateway === undefined) return { ...where, type: 'link', device };
  const gateway = parseIp(shown.gateway);
  if (!gateway.ok) return null;
  return {
    ...where,
    type: 'gateway',
    device,
    gateway: gateway.value as IpAddress,
    onlink: shown.flags?.includes('onlink') ?? false,
  };
}

/** What a route gets that is given no metric (IP6_RT_PRIO_USER). */
const usualMetric: Readonly<Record<Family, number>> = { ipv4: 0, ipv6: 1024 };

/** `default` does not tell. */
function familyOfRoute({ dst = '', pref }: RouteShow): Family {
  return dst.includes(':') || pref !== undefined ? 'ipv6' : 'ipv4';
}

function tableNumber(text: string): TableId {
  if (!/^\d+$/.test(text)) throw new SyntaxError(`ip shows table "${text}" by name, so its iproute2 is too old`);
  return Number(text) as TableId;
}

function network(text: string): Cidr | null {
  const cidr = parseCidrOrIp(text);
  return cidr.ok ? cidr.value : null;
}

function selector(address: string | undefined, length: number | undefined): Cidr | null {
  return address === undefined || address === 'all'
    ? null
    : network(length === undefined ? address : `${address}/${length}`);
}

function protocolName(number: string): string {
  return protocolNames[number] ?? number;
}
