import type { RuntimeChange } from '../domain/change.ts';
import type { Command } from '../domain/command.ts';
import type { HostFacts } from '../domain/facts.ts';
import { type InterfaceName, parentsFirst, type VlanLink } from '../domain/link.ts';
import { type NetworkFile, shieldName } from '../domain/network-file.ts';
import type { Observed } from '../domain/observed.ts';
import { command } from './diff-addresses.ts';
import { remember } from './diff-neighbors.ts';
import { vlanWords } from './words.ts';

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

/** Makes the VLANs that are missing, parents first, and brings up those that are down. A name that is taken by something else is for the lint to refuse. */
export function addLinks(desired: readonly VlanLink[], facts: HostFacts): readonly RuntimeChange[] {
  return parentsFirst(desired).flatMap((link): RuntimeChange[] => {
    const found = facts.interfaces.find(({ name }) => name === link.name);
    if (found === undefined) return [create(link)];
    return [
      ...(found.isUp ? [] : [raise(link.name)]),
      ...(link.mtu === null || link.mtu === found.mtu ? [] : [resize(link, found.mtu)]),
    ];
  });
}

/** Deletes VLANs that mlbroute made and nothing asks for any more; those on top first, for the kernel takes them along with their parent. */
export function removeLinks(
  recorded: readonly string[],
  desired: readonly VlanLink[],
  { running, facts, recorded: last }: Pick<Observed, 'running' | 'facts' | 'recorded'>,
): readonly RuntimeChange[] {
  const gone = running.vlans.filter(
    (link) => recorded.includes(link.name) && !desired.some(({ name }) => name === link.name),
  );
  return parentsFirst(gone)
    .reverse()
    .map((link) => {
      const { words, apply, undo } = create(link);
      const isUp = facts.interfaces.some(({ name, isUp }) => name === link.name && isUp);
      // A new device starts from `default`, not from what this one had.
      const settings = Object.entries(running.sysctls).filter(([key]) => key.includes(`/conf/${link.name}/`));
      const restore = [
        ...(last?.desired.addresses ?? [])
          .filter(({ device }) => device === link.name)
          .map((each) => command('add', each)),
        ...(last?.desired.neighbors ?? []).filter(({ device }) => device === link.name).map(remember),
        ...settings.map(
          ([key, value]): Command => ({ argv: ['sysctl', '-qw', `${key}=${value}`], why: 'as it was', stdin: null }),
        ),
        ...(isUp ? [] : [ip('it was down', 'link', 'set', link.name, 'down')]),
      ];
      const isGuarded = isShielded(link.name, facts);
      return {
        sign: '-',
        subject: 'link',
        words,
        apply: [...undo, ...(isGuarded ? [unshield(link.name, 'there is nothing to keep networkd off')] : [])],
        // networkd has not read its files since, so it needs no reload.
        undo: [...(isGuarded ? [shieldFile(link.name)] : []), ...apply, ...restore],
      };
    });
}

function create(link: VlanLink): RuntimeChange {
  const { name, parent, id, mtu } = link;
  return {
    sign: '+',
    subject: 'link',
    words: vlanWords(link),
    apply: [
      ip(`make the VLAN on ${parent}`, 'link', 'add', 'link', parent, 'name', name, 'type', 'vlan', 'id', String(id)),
      // As networkd does for LinkLocalAddressing=no: an IPv6 link-local address nobody asked for would differ after a reboot.
      ip('no IPv6 link-local address', 'link', 'set', name, 'addrgenmode', 'none'),
      ...(mtu === null ? [] : [ip('the MTU asked for', 'link', 'set', name, 'mtu', String(mtu))]),
      ip('bring it up', 'link', 'set', name, 'up'),
      {
        argv: ['sh', '-c', 'command -v udevadm >/dev/null && udevadm settle --timeout=5 || true'],
        why: 'udev applies sysctl.d to a new device; wait for it',
        stdin: null,
      },
    ],
    undo: [ip('the VLAN was not there', 'link', 'delete', name)],
  };
}

function raise(name: InterfaceName): RuntimeChange {
  return {
    sign: '~',
    subject: 'link',
    words: `link ${name} up`,
    apply: [ip('bring it up', 'link', 'set', name, 'up')],
    undo: [ip('it was down', 'link', 'set', name, 'down')],
  };
}

function resize(link: VlanLink, before: number): RuntimeChange {
  const set = (mtu: number, why: string) => ip(why, 'link', 'set', link.name, 'mtu', String(mtu));
  return {
    sign: '~',
    subject: 'link',
    words: `link ${link.name} MTU ${before} → ${link.mtu}`,
    apply: [set(link.mtu ?? before, 'the MTU asked for')],
    undo: [set(before, 'the MTU before')],
  };
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

function shieldFile(name: InterfaceName): Command {
  return {
    argv: ['install', '-D', '-m', '0644', '/dev/stdin', shieldPath(name)],
    why: 'keep networkd off the VLAN',
    stdin: `[Match]\nName=${name}\n\n[Link]\nUnmanaged=yes\n`,
  };
}

function unshield(name: InterfaceName, why: string): Command {
  return { argv: ['rm', '-f', shieldPath(name)], why, stdin: null };
}

function isShielded(name: InterfaceName, { networkFiles }: HostFacts): boolean {
  return networkFiles.some(({ path }) => path === shieldPath(name));
}

function shieldPath(name: InterfaceName): string {
  return `/run/systemd/network/${shieldName(name)}.network`;
}

function ip(why: string, ...words: readonly string[]): Command {
  return { argv: ['ip', ...words], why, stdin: null };
}
