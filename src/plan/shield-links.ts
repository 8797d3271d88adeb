import type { RuntimeChange } from '../domain/change.ts';
import type { Command } from '../domain/command.ts';
import type { HostFacts } from '../domain/facts.ts';
import { type InterfaceName, parentsFirst, type VlanLink } from '../domain/link.ts';
import { type NetworkFile, shieldName } from '../domain/network-file.ts';

/** Keeps networkd off the VLANs that will be made and that it would take: to be done before anything else, and undone after it. */
export function shieldLinks(
  desired: readonly VlanLink[],
  facts: HostFacts,
  grabbedBy: (device: InterfaceName) => NetworkFile | null,
): readonly RuntimeChange[] {
  return parentsFirst(desired).flatMap(({ name }): RuntimeChange[] => {
    const isThere = facts.interfaces.some((found) => found.name === name);
    const grabber = isThere || isShielded(name, facts) ? null : grabbedBy(name);
    return grabber === null ? [] : [shield(name, grabber, isHeldOff(name, facts))];
  });
}

/** Whether networkd leaves a device alone by a file of ours that it has in memory, on the disk or not. */
export function isHeldOff(name: InterfaceName, { loadedNetworks }: HostFacts): boolean {
  return loadedNetworks.includes(shieldName(name));
}

/**
 * A broad .network file that networkd has already read would take the new VLAN at once and, say, start DHCP on it. A file in /run keeps
 * networkd's hands off until the next boot, when our own file comes first. Reloading for a file of an unrelated link disturbs no other link.
 */
function shield(name: InterfaceName, grabber: NetworkFile, isLoaded: boolean): RuntimeChange {
  const reload: Command = {
    argv: ['networkctl', 'reload'],
    why: 'networkd reads the new file; links whose files are as before are left alone',
    stdin: null,
  };
  return {
    sign: '+',
    subject: 'networkd',
    words: `networkd leaves ${name} alone until the next boot (${grabber.path} would take it)`,
    // Where networkd has it in memory still, from a VLAN that went since it last read its files, there is nothing to read.
    apply: [shieldFile(name), ...(isLoaded ? [] : [reload])],
    undo: [unshield(name, 'as before'), ...(isLoaded ? [] : [reload])],
    isBeforeFiles: true,
  };
}

/** Makes the file that keeps networkd off a device. */
export function shieldFile(name: InterfaceName): Command {
  return {
    argv: ['install', '-D', '-m', '0644', '/dev/stdin', shieldPath(name)],
    why: 'keep networkd off the VLAN',
    stdin: `[Match]\nName=${name}\n\n[Link]\nUnmanaged=yes\n`,
  };
}

/** Takes that file away. */
export function unshield(name: InterfaceName, why: string): Command {
  return { argv: ['rm', '-f', shieldPath(name)], why, stdin: null };
}

/** Whether that file is there. */
export function isShielded(name: InterfaceName, { networkFiles }: HostFacts): boolean {
  return networkFiles.some(({ path }) => path === shieldPath(name));
}

function shieldPath(name: InterfaceName): string {
  return `/run/systemd/network/${shieldName(name)}.network`;
}
