import type { HostFacts } from '../../domain/facts.ts';
import type { Manifest } from '../../domain/observed.ts';
import { ipv4ConfKey, type SysctlSetting } from '../../domain/sysctl.ts';
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
 * In the order they are safe to be written: pins first (a later write of `default` is copied to interfaces never written), `all` last.
 */
export function rpFilterSettings(networks: readonly ResolvedNetwork[], host: Host): readonly SysctlSetting[] {
  const oldAll = before('all', host);
  const needy = networks.filter((network) => needOf(network) !== 'nothing');
  const zeroed = needy.filter((network) => needOf(network) === 'zero');
  const first = zeroed[0];
  const lowersAll = first !== undefined && (oldAll > 0 || zeroed.some(({ rpFilter }) => rpFilter === 'off'));
  const settings = new Map(lowersAll ? pins(oldAll, host).map((pin) => [pin.key, pin]) : []);
  for (const network of needy) {
    const setting = ownSetting(network, Math.max(oldAll, before(network.device, host)));
    // 0 wins where two networks share a device.
    if (setting !== null && settings.get(setting.key)?.value !== '0') settings.set(setting.key, setting);
  }
  const sorted = [...settings.values()].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  if (!lowersAll) return sorted;
  const why = `the kernel takes max(all, interface), and ${first.device} needs 0`;
  return [...sorted, { key: ipv4ConfKey('all', 'rp_filter'), value: '0', why, mayBeAbsent: false }];
}

function needOf({ returnPath, rpFilter, hasAddress }: ResolvedNetwork): 'nothing' | 'zero' | 'loose' {
  if (returnPath === 'none') return 'nothing';
  if (rpFilter === 'off') return 'zero';
  if (returnPath !== 'mark') return 'nothing';
  return hasAddress ? 'loose' : 'zero';
}

function ownSetting(network: ResolvedNetwork, oldEffective: number): SysctlSetting | null {
  const { device, rpFilter } = network;
  const key = ipv4ConfKey(device, 'rp_filter');
  if (needOf(network) === 'loose') {
    if (oldEffective !== 1) return null;
    const why = `requests come in on ${device} while main has the way to their source elsewhere: strict mode drops them`;
    return { key, value: '2', why, mayBeAbsent: false };
  }
  const why =
    rpFilter === 'off'
      ? 'asked for by rp_filter: off'
      : `requests come in on ${device} while main has the way to their source elsewhere: without an address there, both 1 and 2 drop them`;
  return { key, value: '0', why, mayBeAbsent: false };
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

/** `default` first; spaces for slashes, so that eth0 comes before eth0.100. */
function rank({ key }: SysctlSetting): string {
  return `${key === ipv4ConfKey('default', 'rp_filter') ? 0 : 1} ${key.replaceAll('/', ' ')}`;
}
