import { type Cidr, type Family, familyOf, parseCidrOrIp, parseIp } from '../domain/address.ts';
import type { InterfaceName } from '../domain/link.ts';
import { type InterfaceAddress, type Neighbor, parseInterfaceAddress, parseMac } from '../domain/neighborhood.ts';
import { mainTable, type PolicyRule, type Priority, type Route, type TableId } from '../domain/routing.ts';
import type { IniSection } from '../facts/ini.ts';

type Settings = ReadonlyMap<string, string>;

/** The routes that the `[Route]` sections of a .network file give a device. One that mlbroute has no words for is left out, as one that networkd cannot read. */
export function routesOf(sections: readonly IniSection[], device: InterfaceName): readonly Route[] {
  return settingsOf(sections, 'Route').flatMap((settings) => routeOf(settings, device) ?? []);
}

/** The same for `[RoutingPolicyRule]`; one for both families is two rules. */
export function rulesOf(sections: readonly IniSection[]): readonly PolicyRule[] {
  return settingsOf(sections, 'RoutingPolicyRule').flatMap(rulesOfSection);
}

/** The IPv4 addresses that `[Address]` gives a device without a route of their own, which are those that mlbroute writes. */
export function addressesOf(sections: readonly IniSection[], device: InterfaceName): readonly InterfaceAddress[] {
  return settingsOf(sections, 'Address').flatMap((settings) => {
    const address = parseInterfaceAddress(settings.get('Address') ?? '');
    return address.ok && settings.get('AddPrefixRoute') === 'no' ? [{ device, ...address.value }] : [];
  });
}

/** What `[Neighbor]` writes down. */
export function neighborsOf(sections: readonly IniSection[], device: InterfaceName): readonly Neighbor[] {
  return settingsOf(sections, 'Neighbor').flatMap((settings) => {
    const address = parseIp(settings.get('Address') ?? '');
    const mac = parseMac(settings.get('LinkLayerAddress') ?? '');
    return address.ok && mac.ok ? [{ device, address: address.value, mac: mac.value }] : [];
  });
}

function settingsOf(sections: readonly IniSection[], section: string): readonly Settings[] {
  return sections.filter(({ name }) => name === section).map(({ settings }) => new Map(settings));
}

function routeOf(settings: Settings, device: InterfaceName): Route | null {
  const known = new Set(['Destination', 'Gateway', 'GatewayOnLink', 'Type', 'Scope', 'Table']);
  if ([...settings.keys()].some((key) => !known.has(key))) return null;
  const gateway = parseIp(settings.get('Gateway') ?? '');
  const written = network(settings.get('Destination') ?? null);
  const table = tableOf(settings.get('Table') ?? 'main');
  if (written === undefined || table === null) return null;
  const family = written !== null ? familyOf(written) : gateway.ok ? familyOf(gateway.value) : 'ipv4';
  const where = {
    family,
    table,
    destination: written === null || written.endsWith('/0') ? 'default' : written,
  } as const;
  const type = settings.get('Type') ?? 'unicast';
  if (type === 'blackhole') return { ...where, type };
  if (type !== 'unicast') return null;
  if (!settings.has('Gateway')) return { ...where, type: 'link', device };
  const onlink = /^(yes|true|on|1)$/.test(settings.get('GatewayOnLink') ?? 'no');
  return gateway.ok ? { ...where, type: 'gateway', device, gateway: gateway.value, onlink } : null;
}

function rulesOfSection(settings: Settings): readonly PolicyRule[] {
  const known = new Set(['Family', 'Priority', 'From', 'To', 'IncomingInterface', 'FirewallMark', 'Table']);
  const [from, to] = [network(settings.get('From') ?? null), network(settings.get('To') ?? null)];
  const table = tableOf(settings.get('Table') ?? 'main');
  const priority = Number(settings.get('Priority') ?? Number.NaN);
  const fwmark = markOf(settings.get('FirewallMark') ?? null);
  if (from === undefined || to === undefined || table === null || fwmark === undefined) return [];
  if (!Number.isInteger(priority) || [...settings.keys()].some((key) => !known.has(key))) return [];
  const iif = (settings.get('IncomingInterface') ?? null) as InterfaceName | null;
  const selectors = { priority: priority as Priority, from, to, iif, fwmark, table };
  return familiesOf(settings.get('Family') ?? null, from ?? to).map((family) => ({ family, ...selectors }));
}

/** As networkd takes it where no family is written: that of the addresses, else IPv4. */
function familiesOf(written: string | null, address: Cidr | null): readonly Family[] {
  if (written === 'both') return ['ipv4', 'ipv6'];
  if (written === 'ipv4' || written === 'ipv6') return [written];
  return [address === null ? 'ipv4' : familyOf(address)];
}

/** Undefined where it is not readable. */
function network(text: string | null): Cidr | null | undefined {
  if (text === null) return null;
  const cidr = parseCidrOrIp(text);
  return cidr.ok ? cidr.value : undefined;
}

function markOf(text: string | null): PolicyRule['fwmark'] | undefined {
  if (text === null) return null;
  const [value = Number.NaN, mask = 0xffffffff] = text.split('/').map(Number);
  return Number.isInteger(value) && Number.isInteger(mask) ? { value, mask } : undefined;
}

function tableOf(text: string): TableId | null {
  const named: { readonly [name: string]: number } = { default: 253, main: mainTable, local: 255 };
  const number = named[text] ?? Number(text);
  return Number.isInteger(number) && number > 0 ? (number as TableId) : null;
}
