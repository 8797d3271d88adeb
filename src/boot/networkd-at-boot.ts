import { basename } from 'node:path/posix';
import type { BootFiles, NetworkdText } from '../domain/boot-files.ts';
import { type InterfaceName, parseVlanId, type VlanLink } from '../domain/link.ts';
import { matchesName } from '../domain/network-file.ts';
import type { Observed } from '../domain/observed.ts';
import { type IniSection, lastValue, parseIni, valuesOf } from '../facts/ini.ts';
import { globsOf } from '../facts/networkd-files.ts';
import { addressesOf, neighborsOf, routesOf, rulesOf } from './network-sections.ts';
import { startsAtBoot } from './own-files.ts';
import type { RoutingAtBoot } from './routing-at-boot.ts';

/** What systemd-networkd will make of its files for these devices, and of the VLANs that hang on them. `vlans` are those that nothing but it makes. */
export function networkdAtBoot(
  devices: ReadonlySet<string>,
  vlans: ReadonlySet<string>,
  { facts, boot }: Observed,
): RoutingAtBoot {
  const files = filesAtBoot(boot);
  const runs = startsAtBoot('systemd-networkd.service', { boot });
  const made = new Map<string, VlanLink & { readonly isUp: boolean }>();
  const routing = { routes: [], rules: [], addresses: [], neighbors: [] } as Growing;
  // A VLAN may hang on another one.
  const waiting = runs ? facts.interfaces.map(({ name }) => name).filter((name) => devices.has(name)) : [];
  const isVlan = new Set<string>(files.flatMap(({ sections }) => vlanNames(sections)));
  const queue = waiting.filter((name) => !isVlan.has(name) && !vlans.has(name));
  for (let device = queue.shift(); device !== undefined; device = queue.shift()) {
    const config = configOf(device, files, facts.networkFileOf[device]);
    if (config === null || lastValue(config, 'Link', 'Unmanaged') === 'yes') continue;
    const parent = made.get(device);
    if (parent !== undefined) made.set(device, { ...parent, ...speech(config), isUp: true });
    routing.routes.push(...routesOf(config, device));
    routing.rules.push(...rulesOf(config));
    routing.addresses.push(...addressesOf(config, device));
    routing.neighbors.push(...neighborsOf(config, device));
    for (const name of valuesOf(config, 'Network', 'VLAN')) {
      const link = vlanOf(name, device, files);
      if (link === null || made.has(name)) continue;
      made.set(name, { ...link, isUp: false });
      queue.push(link.name);
    }
  }
  return { links: [...made.values()], ...routing };
}

/** A file of networkd's, read. */
type NetworkdFile = { readonly path: string; readonly sections: readonly IniSection[] };

type Growing = { -readonly [key in Exclude<keyof RoutingAtBoot, 'links'>]: RoutingAtBoot[key][number][] };

/** By name, of each name the one that hides the others. What generators make in /run comes again; what keeps networkd off a new VLAN until then does not. */
function filesAtBoot({ networkdTexts = [] }: BootFiles): readonly NetworkdFile[] {
  const byName = new Map<string, NetworkdText>();
  for (const file of networkdTexts) {
    const isPassing = file.path.startsWith('/run/') && file.path.includes('/00-mlbroute-');
    const key = file.path.split('/network/').at(-1) ?? file.path;
    if (!isPassing && !byName.has(key)) byName.set(key, file);
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { path, text }]) => ({ path, sections: parseIni(text) }));
}

/** The .network file that takes a device, with its drop-ins; null where none does. One that matches by other things than names is known only where it is in use. */
function configOf(
  device: InterfaceName,
  files: readonly NetworkdFile[],
  inUse: string | undefined,
): readonly IniSection[] | null {
  const taker = files.find(
    ({ path, sections }) =>
      path.endsWith('.network') &&
      (matchesName(valuesOf(sections, 'Match', 'Name').flatMap(globsOf), device) ||
        (path === inUse && !sections.some(({ settings }) => settings.some(([key]) => key === 'Name')))),
  );
  if (taker === undefined) return null;
  const name = basename(taker.path);
  const dropIns = files.filter(({ path }) => path.includes(`/${name}.d/`));
  return [taker, ...dropIns].flatMap(({ sections }) => sections);
}

function vlanNames(sections: readonly IniSection[]): readonly string[] {
  return lastValue(sections, 'NetDev', 'Kind') === 'vlan' ? valuesOf(sections, 'NetDev', 'Name') : [];
}

function vlanOf(name: string, parent: InterfaceName, files: readonly NetworkdFile[]): VlanLink | null {
  const netdev = files.find(({ path, sections }) => path.endsWith('.netdev') && vlanNames(sections).includes(name));
  if (netdev === undefined) return null;
  const { sections } = netdev;
  const id = parseVlanId(Number(lastValue(sections, 'VLAN', 'Id')));
  if (!id.ok) return null;
  const mtu = lastValue(sections, 'NetDev', 'MTUBytes');
  return { name: name as InterfaceName, parent, id: id.value, mtu: mtu === null ? null : Number(mtu) };
}

/** networkd gives a link-local address of IPv6 where nothing else is written. */
function speech(config: readonly IniSection[]): Pick<VlanLink, 'ipv6'> {
  return /^(ipv6|yes)$/.test(lastValue(config, 'Network', 'LinkLocalAddressing') ?? 'ipv6') ? { ipv6: true } : {};
}
