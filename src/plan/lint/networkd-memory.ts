import { basename } from 'node:path/posix';
import type { HostFacts } from '../../domain/facts.ts';
import type { InterfaceName, VlanLink } from '../../domain/link.ts';
import { netplanOutput, ownNetworkName } from '../../domain/network-file.ts';
import type { Failure } from '../../domain/outcome.ts';
import { isHeldOff } from '../shield-links.ts';

/**
 * networkd keeps a .network file in memory after it is gone from the disk, until it starts anew or reloads: a new VLAN of that name would
 * be configured from the memory, beside what is being made, and again at each event of the link. So such a VLAN is refused. Where the file
 * is there as it was read, networkd does what is wanted anyway.
 */
export function networkdMemory(links: readonly VlanLink[], facts: HostFacts): readonly Failure[] {
  return links.flatMap(({ name }): Failure[] => {
    const isThere = facts.interfaces.some((found) => found.name === name);
    if (isThere || isHeldOff(name, facts)) return [];
    const path = filesFor(name).find((file) => isOnlyInMemory(file, facts));
    if (path === undefined) return [];
    return [
      {
        kind: 'refused',
        message: `${name} cannot be made: networkd has ${path} in memory as it was when it last read its files, and would configure the new VLAN by it`,
        hint: 'restart the host first, or give the VLAN another name',
      },
    ];
  });
}

/** By either renderer: a push may change it. */
function filesFor(name: InterfaceName): readonly string[] {
  return [`/etc/systemd/network/${ownNetworkName(name)}.network`, netplanOutput(name, 'network')];
}

function isOnlyInMemory(path: string, { loadedNetworks, networkFiles, unreadNetworkFiles }: HostFacts): boolean {
  if (!loadedNetworks.includes(basename(path, '.network'))) return false;
  return unreadNetworkFiles.includes(path) || !networkFiles.some((file) => file.path === path);
}
