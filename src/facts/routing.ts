import { type Cidr, type IpAddress, parseCidr, parseIp } from '../domain/address.ts';
import type { InterfaceName } from '../domain/link.ts';
import type { RunningRoute, RunningRule } from '../domain/observed.ts';
import { mainTable, type Priority, type Route, type TableId } from '../domain/routing.ts';

/** One element of `ip -N -4 -j route show table all`, as far as it is used. */
type RouteShow = {
  readonly type?: string;
  readonly dst?: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly table?: string;
  readonly protocol?: string;
  readonly flags?: readonly string[];
};

/** One element of `ip -N -4 -j rule show`, as far as it is used. */
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

/** `rtm_type` numbers of linux/rtnetlink.h that `ip -N` prints. */
const blackholeType = '6';

/** Numbers of linux/rtnetlink.h: `ip -N` leaves out the protocol `boot` of routes and the protocol `kernel` of rules. */
const protocolNames: Readonly<Record<string, string>> = {
  '0': 'unspec',
  '1': 'redirect',
  '2': 'kernel',
  '3': 'boot',
  '4': 'static',
};

/** Parses `ip -N -4 -j route show table all`. Only unicast and blackhole routes with one next hop: mlbroute makes no others. Throws SyntaxError if it is not JSON. */
export function parseRoutes(json: string): readonly RunningRoute[] {
  return (JSON.parse(json) as readonly RouteShow[]).flatMap((shown) => {
    const route = toRoute(shown);
    return route === null ? [] : [{ route, protocol: protocolName(shown.protocol ?? '3') }];
  });
}

/** Parses `ip -N -4 -j rule show`. Rules that do anything but look up a table are left out. Throws SyntaxError if it is not JSON. */
export function parseRules(json: string): readonly RunningRule[] {
  return (JSON.parse(json) as readonly RuleShow[]).flatMap((shown) => {
    if (shown.table === undefined || shown.priority === undefined) return [];
    const value = shown.fwmark === undefined ? null : Number(shown.fwmark);
    return [
      {
        rule: {
          family: 'ipv4',
          priority: shown.priority as Priority,
          from: selector(shown.src, shown.srclen),
          to: selector(shown.dst, shown.dstlen),
          iif: (shown.iif ?? null) as InterfaceName | null,
          fwmark:
            value === null ? null : { value, mask: shown.fwmask === undefined ? 0xffffffff : Number(shown.fwmask) },
          table: Number(shown.table) as TableId,
        },
        protocol: protocolName(shown.protocol ?? '2'),
      },
    ];
  });
}

function toRoute(shown: RouteShow): Route | null {
  const destination = shown.dst === 'default' ? 'default' : network(shown.dst ?? '');
  if (destination === null) return null;
  const where = { family: 'ipv4', table: Number(shown.table ?? mainTable) as TableId, destination } as const;
  if (shown.type === blackholeType) return { ...where, type: 'blackhole' };
  if (shown.type !== undefined || shown.dev === undefined) return null;
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

function network(text: string): Cidr | null {
  const cidr = parseCidr(text.includes('/') ? text : `${text}/32`);
  return cidr.ok ? cidr.value : null;
}

function selector(address: string | undefined, length: number | undefined): Cidr | null {
  return address === undefined || address === 'all' ? null : network(`${address}/${length ?? 32}`);
}

function protocolName(number: string): string {
  return protocolNames[number] ?? number;
}
