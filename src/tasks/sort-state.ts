import type { DeclaredFile } from '../domain/declared-file.ts';
import type { VlanLink } from '../domain/link.ts';
import type { MarkSetting } from '../domain/mark-setting.ts';
import type { NetfilterChain } from '../domain/netfilter.ts';
import type { PolicyRule, Route } from '../domain/routing.ts';
import type { SysctlSetting } from '../domain/sysctl.ts';
import type { UnitSetting } from '../domain/unit-setting.ts';

/** Sorts by a text key and keeps one of each: equal keys are equal entries. */
function sortedOnce<T>(entries: readonly T[], keyOf: (entry: T) => string): readonly T[] {
  const byKey = new Map(entries.map((entry) => [keyOf(entry), entry]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/** VLANs by name; one that speaks IPv6 for any of those that ask for it does. */
export function sortLinks(links: readonly VlanLink[]): readonly VlanLink[] {
  const speaking = new Set(links.flatMap(({ name, ipv6 }) => (ipv6 === true ? [name] : [])));
  return sortedOnce(
    links.map((link) => (speaking.has(link.name) ? { ...link, ipv6: true } : link)),
    ({ name }) => name,
  );
}

/** Files by path. */
export function sortFiles(files: readonly DeclaredFile[]): readonly DeclaredFile[] {
  return sortedOnce(files, ({ dest }) => dest);
}

/** Marks by what they are for. */
export function sortMarks(marks: readonly MarkSetting[]): readonly MarkSetting[] {
  return sortedOnce(marks, ({ to, iif }) => `${iif} ${to}`);
}

/** Units by name. */
export function sortUnits(units: readonly UnitSetting[]): readonly UnitSetting[] {
  return sortedOnce(units, ({ unit }) => unit);
}

/** Chains by family, table and name. */
export function sortChains(chains: readonly NetfilterChain[]): readonly NetfilterChain[] {
  return sortedOnce(chains, ({ family, table, name }) => `${family} ${table} ${name}`);
}

/** Routes by table; link routes before the default one, whose gateway they may make reachable. */
export function sortRoutes(routes: readonly Route[]): readonly Route[] {
  return sortedOnce(routes, (route) =>
    [
      padded(route.table),
      route.family,
      route.destination === 'default' ? 1 : 0,
      route.destination,
      route.type,
      'device' in route ? route.device : '',
      'gateway' in route ? route.gateway : '',
    ].join(' '),
  );
}

/** Rules in the order the kernel tries them. */
export function sortRules(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  return sortedOnce(rules, ({ priority, family, from, to, iif, fwmark, table }) =>
    JSON.stringify([padded(priority), family, padded(fwmark?.value ?? 0), from, to, iif, fwmark?.mask, table]),
  );
}

/**
 * Settings in the order they are safe to be written: `default` first, for a write of it is copied to interfaces never written; `all` last.
 * Spaces for slashes, so that eth0 comes before eth0.100.
 */
export function sortSysctls(settings: readonly SysctlSetting[]): readonly SysctlSetting[] {
  return sortedOnce(settings, ({ key }) => {
    const rank = key.includes('/conf/default/') ? 0 : key.includes('/conf/all/') ? 2 : 1;
    return `${rank} ${key.replaceAll('/', ' ')}`;
  });
}

function padded(value: number): string {
  return String(value).padStart(10, '0');
}
