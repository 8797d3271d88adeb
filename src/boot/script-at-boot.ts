import { type Cidr, parseCidr, parseIp } from '../domain/address.ts';
import { type InterfaceName, parseVlanId, type VlanLink } from '../domain/link.ts';
import { type InterfaceAddress, type Neighbor, parseInterfaceAddress, parseMac } from '../domain/neighborhood.ts';
import { routingScript } from '../domain/network-file.ts';
import type { Observed } from '../domain/observed.ts';
import { mainTable, type PolicyRule, type Priority, type Route, type TableId } from '../domain/routing.ts';
import { contentOf, startsAtBoot } from './own-files.ts';
import type { RoutingAtBoot } from './routing-at-boot.ts';

/** What mlbroute's own unit will bring by its script; nothing where nothing starts it. Lines in other words than mlbroute's are left out. */
export function scriptAtBoot(observed: Observed): RoutingAtBoot {
  // The timer asks for it soon after the boot, whatever else does.
  const isStarted = ['mlbroute-routing.service', 'mlbroute-routing.timer'].some((unit) => startsAtBoot(unit, observed));
  const script = isStarted ? (contentOf(routingScript, observed) ?? '') : '';
  const lines = script.split('\n').map((line) => line.trim().split(' '));
  const of = <T>(read: (words: readonly string[]) => T | null): readonly T[] =>
    lines.flatMap((line) => read(line) ?? []);
  return {
    links: of(linkOf),
    routes: of(routeOf),
    rules: of(ruleOf),
    addresses: of(addressOf),
    neighbors: of(neighborOf),
  };
}

function linkOf([verb, name, parent, id, mode, mtu = "''"]: readonly string[]): RoutingAtBoot['links'][number] | null {
  const number = parseVlanId(Number(id));
  if (verb !== 'vlan' || name === undefined || parent === undefined || !number.ok) return null;
  const size = mtu.replaceAll("'", '');
  const link: VlanLink = {
    name: name as InterfaceName,
    parent: parent as InterfaceName,
    id: number.value,
    mtu: size === '' ? null : Number(size),
  };
  return { ...link, ...(mode === 'eui64' ? { ipv6: true } : {}), isUp: true };
}

/** `try ip -4 route replace …`: the words after the verb, and the family. */
function wordsAfter(
  words: readonly string[],
  object: string,
): { readonly isIpv6: boolean; readonly rest: readonly string[] } | null {
  const [start, ip, flag, found, , ...rest] = words;
  return start === 'try' && ip === 'ip' && found === object ? { isIpv6: flag === '-6', rest } : null;
}

function valueIn(words: readonly string[], key: string): string | null {
  const at = words.indexOf(key);
  return at < 0 ? null : (words[at + 1] ?? null);
}

function tableIn(words: readonly string[], key: string): TableId {
  const text = valueIn(words, key) ?? 'main';
  return (text === 'main' ? mainTable : Number(text)) as TableId;
}

function cidrIn(text: string | null | undefined): Cidr | null {
  const cidr = parseCidr(text ?? '');
  return cidr.ok ? cidr.value : null;
}

function routeOf(words: readonly string[]): Route | null {
  const found = wordsAfter(words, 'route');
  if (found === null) return null;
  const { isIpv6, rest } = found;
  const isBlackhole = rest[0] === 'blackhole';
  const text = rest[isBlackhole ? 1 : 0];
  const destination = text === 'default' ? text : cidrIn(text);
  if (destination === null) return null;
  const where = { family: isIpv6 ? 'ipv6' : 'ipv4', table: tableIn(rest, 'table'), destination } as const;
  if (isBlackhole) return { ...where, type: 'blackhole' };
  const device = valueIn(rest, 'dev') as InterfaceName | null;
  const gateway = parseIp(valueIn(rest, 'via') ?? '');
  if (device === null) return null;
  if (!gateway.ok) return { ...where, type: 'link', device };
  return { ...where, type: 'gateway', device, gateway: gateway.value, onlink: rest.includes('onlink') };
}

function ruleOf(words: readonly string[]): PolicyRule | null {
  const found = wordsAfter(words, 'rule');
  if (found === null) return null;
  const { isIpv6, rest } = found;
  const [value, mask = '0xffffffff'] = valueIn(rest, 'fwmark')?.split('/') ?? [];
  return {
    family: isIpv6 ? 'ipv6' : 'ipv4',
    priority: Number(valueIn(rest, 'priority')) as Priority,
    from: cidrIn(valueIn(rest, 'from')),
    to: cidrIn(valueIn(rest, 'to')),
    iif: valueIn(rest, 'iif') as InterfaceName | null,
    fwmark: value === undefined ? null : { value: Number(value), mask: Number(mask) },
    table: tableIn(rest, 'lookup'),
  };
}

function addressOf([start, ip, object, , text = '', , device]: readonly string[]): InterfaceAddress | null {
  const address = parseInterfaceAddress(text);
  if (start !== 'try' || ip !== 'ip' || object !== 'address' || !address.ok || device === undefined) return null;
  return { device: device as InterfaceName, ...address.value };
}

function neighborOf(words: readonly string[]): Neighbor | null {
  const [start, ip, object, , text = ''] = words;
  const address = parseIp(text);
  const mac = parseMac(valueIn(words, 'lladdr') ?? '');
  const device = valueIn(words, 'dev');
  if (start !== 'try' || ip !== 'ip' || object !== 'neighbor' || !address.ok || !mac.ok || device === null) return null;
  return { device: device as InterfaceName, address: address.value, mac: mac.value };
}
