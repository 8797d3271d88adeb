import type { HostFacts } from '../../domain/facts.ts';
import type { Manifest } from '../../domain/observed.ts';
import { unreachable } from '../../domain/result.ts';
import { ipv4ConfKey, type SysctlSetting } from '../../domain/sysctl.ts';
import { sortSysctls } from '../sort-state.ts';
import type { ResolvedNetwork } from './resolved-network.ts';

type Host = {
  readonly facts: HostFacts | null;
  readonly recorded: Manifest | null;
  /** VLANs that mlbroute makes or has made: never pinned. */
  readonly ownVlans: ReadonlySet<string>;
};

/**
 * The least change of `net.ipv4.conf.*.rp_filter` under which requests to the pools get in.
 * The kernel takes max(all, interface), and on an interface without an address both 1 and 2 drop, so 0 there may need `all` at 0:
 * then the old maximum is pinned on every other interface and on `default`, so that nothing else gets weaker.
 */
export function rpFilterSettings(networks: readonly ResolvedNetwork[], host: Host): readonly SysctlSetting[] {
  const oldAll = before('all', host);
  const needy = networks.filter((network) => needOf(network) !== 'nothing');
  const zeroed = needy.filter((network) => needOf(network) === 'zero');
  // Beside an `all` of 2 no interface is strict.
  const strict = oldAll > 1 ? needy.filter((network) => needOf(network) === 'strict') : [];
  const first = zeroed[0] ?? strict[0];
  // Asked for, it is kept at 0 against whatever sets it later.
  const lowersAll = first !== undefined && (oldAll > 0 || zeroed.some(({ rpFilter }) => rpFilter !== 'auto'));
  const own = new Map<string, SysctlSetting>();
  // 0 wins where two networks share a device.
  for (const network of needy)
    for (const setting of ownSettings(network, Math.max(oldAll, before(network.device, host))))
      if (own.get(setting.key)?.value !== '0') own.set(setting.key, setting);
  if (!lowersAll) return sortSysctls([...own.values()]);
  const why = `the kernel takes max(all, interface), and ${first.device} needs ${first === zeroed[0] ? 0 : 1}`;
  const all = { key: ipv4ConfKey('all', 'rp_filter'), value: '0', why, mayBeAbsent: false };
  return sortSysctls([...pins(oldAll, host), ...own.values(), all]);
}

type Need = 'nothing' | 'zero' | 'loose' | 'strict';

function needOf({ family, returnPath, rpFilter, hasAddress }: ResolvedNetwork): Need {
  // The setting is IPv4's only.
  if (returnPath === 'none' || family === 'ipv6') return 'nothing';
  switch (rpFilter) {
    case 'off':
    case 'rpfilter':
      return 'zero';
    case 'loose':
      return 'loose';
    case 'strict-mark':
      return returnPath === 'mark' ? 'strict' : 'nothing';
    case 'auto':
      if (returnPath !== 'mark') return 'nothing';
      return hasAddress ? 'loose' : 'zero';
    default:
      return unreachable(rpFilter);
  }
}

function ownSettings(network: ResolvedNetwork, oldEffective: number): readonly SysctlSetting[] {
  const { device, rpFilter } = network;
  const setting = (name: string, value: string, why: string): SysctlSetting => ({
    ...{ key: ipv4ConfKey(device, name), value, why, mayBeAbsent: false },
  });
  const elsewhere = `requests come in on ${device} while main has the way to their source elsewhere`;
  const need = needOf(network);
  switch (need) {
    case 'nothing':
      return [];
    case 'loose':
      if (rpFilter === 'loose') return [setting('rp_filter', '2', 'asked for by rp_filter: loose')];
      return oldEffective === 1 ? [setting('rp_filter', '2', `${elsewhere}: strict mode drops them`)] : [];
    case 'strict':
      return [
        setting('rp_filter', '1', 'asked for by rp_filter: strict-mark'),
        setting('src_valid_mark', '1', `requests on ${device} are marked, and their source is looked up with the mark`),
      ];
    case 'zero':
      if (rpFilter !== 'auto') return [setting('rp_filter', '0', `asked for by rp_filter: ${rpFilter}`)];
      return [setting('rp_filter', '0', `${elsewhere}: without an address there, both 1 and 2 drop them`)];
    default:
      return unreachable(need);
  }
}

function pins(oldAll: number, host: Host): readonly SysctlSetting[] {
  // Without a host there is nothing known that could get weaker.
  if (host.facts === null) return [];
  return ['default', ...pinnedInterfaces(host, host.facts)].map((device) => {
    const value = Math.max(oldAll, before(device, host));
    const why = `keeps ${device} at ${value} = max(all, own) as it was, now that all is 0`;
    return { key: ipv4ConfKey(device, 'rp_filter'), value: String(value), why, mayBeAbsent: true };
  });
}

function pinnedInterfaces({ recorded, ownVlans }: Host, facts: HostFacts): readonly string[] {
  const devices = Object.keys(recorded?.sysctlsBefore ?? {}).flatMap(
    (key) => /^net\/ipv4\/conf\/(.+)\/rp_filter$/.exec(key)?.[1] ?? [],
  );
  // Once pins are recorded they stay as they are: interfaces come and go, and new ones start from `default`, which is pinned.
  const candidates = devices.includes('default')
    ? devices.filter((device) => device !== 'default' && device !== 'all')
    : facts.interfaces.filter(({ name, kind }) => name !== 'lo' && kind !== 'veth').map(({ name }) => name);
  return candidates.filter((device) => !ownVlans.has(device));
}

/** The value before mlbroute first touched it; an interface that is not there yet starts from 0 here, since `default` is pinned apart. */
function before(device: string, { facts, recorded }: Host): number {
  const value = recorded?.sysctlsBefore[ipv4ConfKey(device, 'rp_filter')];
  return value === undefined ? (facts?.rpFilter[device] ?? 0) : Number(value);
}
