import type { RuntimeChange } from '../domain/change.ts';
import type { Command } from '../domain/command.ts';
import { addrgenmodeOf, type InterfaceName, parentsFirst, type VlanLink } from '../domain/link.ts';
import type { Observed } from '../domain/observed.ts';
import { command } from './diff-addresses.ts';
import { remember } from './diff-neighbors.ts';
import { isShielded, shieldFile, unshield } from './shield-links.ts';
import { vlanWords } from './words.ts';

/** Makes the VLANs that are missing, parents first, and brings up those that are down. A name that is taken by something else is for the lint to refuse. */
export function addLinks(
  desired: readonly VlanLink[],
  { facts, running, recorded }: Pick<Observed, 'facts' | 'running' | 'recorded'>,
): readonly RuntimeChange[] {
  return parentsFirst(desired).flatMap((link): RuntimeChange[] => {
    const found = facts.interfaces.find(({ name }) => name === link.name);
    if (found === undefined) return [create(link)];
    return [
      ...(found.isUp ? [] : [raise(link.name)]),
      ...(link.mtu === null || link.mtu === found.mtu ? [] : [resize(link, found.mtu)]),
      ...speech(link, running.vlans, recorded?.desired.links ?? []),
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
  const { name, parent, id, mtu, ipv6 } = link;
  return {
    sign: '+',
    subject: 'link',
    words: vlanWords(link),
    apply: [
      ip(`make the VLAN on ${parent}`, 'link', 'add', 'link', parent, 'name', name, 'type', 'vlan', 'id', String(id)),
      // As networkd does for LinkLocalAddressing: an IPv6 link-local address nobody asked for would differ after a reboot.
      ip(
        ipv6 === true ? 'an IPv6 link-local address from its own' : 'no IPv6 link-local address',
        ...['link', 'set', name, 'addrgenmode', addrgenmodeOf(link)],
      ),
      // As for IPv6AcceptRA=no; a kernel without IPv6 has no such setting.
      {
        argv: ['sysctl', '-qew', `net/ipv6/conf/${name}/accept_ra=0`],
        why: 'routers there give no addresses and routes',
        stdin: null,
      },
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

/** Gives a VLAN that is there its IPv6 link-local address, or takes that of an earlier push away. Only a write of the setting makes one at once. */
function speech(
  { name, ipv6 }: VlanLink,
  running: readonly VlanLink[],
  recorded: readonly VlanLink[],
): readonly RuntimeChange[] {
  const speaks = (links: readonly VlanLink[]) => links.some((link) => link.name === name && link.ipv6 === true);
  const begin: readonly Command[] = [
    ip('so that the next line is a change', 'link', 'set', name, 'addrgenmode', 'none'),
    { argv: ['sysctl', '-qw', `net/ipv6/conf/${name}/addr_gen_mode=0`], why: 'from its Ethernet address', stdin: null },
  ];
  const end: readonly Command[] = [
    ip('no IPv6 link-local address', 'link', 'set', name, 'addrgenmode', 'none'),
    ip('it has one', '-6', 'address', 'flush', 'dev', name, 'scope', 'link'),
  ];
  const words = `link ${name} IPv6 link-local address`;
  if (ipv6 === true && !speaks(running)) return [{ sign: '+', subject: 'link', words, apply: begin, undo: end }];
  const isLeft = ipv6 !== true && speaks(running) && speaks(recorded);
  return isLeft ? [{ sign: '-', subject: 'link', words, apply: end, undo: begin }] : [];
}

function ip(why: string, ...words: readonly string[]): Command {
  return { argv: ['ip', ...words], why, stdin: null };
}
