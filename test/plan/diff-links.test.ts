import { describe, expect, it } from 'vitest';
import { noState } from '../../src/domain/desired-state.ts';
import type { ObservedInterface } from '../../src/domain/facts.ts';
import type { VlanLink } from '../../src/domain/link.ts';
import { parseVlanId } from '../../src/domain/link.ts';
import type { NetworkFile } from '../../src/domain/network-file.ts';
import { addLinks, removeLinks } from '../../src/plan/diff-links.ts';
import { shieldLinks } from '../../src/plan/shield-links.ts';
import { device, hostFacts, iface, manifest, must } from '../tasks/example-host.ts';
import { inWords } from './in-words.ts';

const vlan = (name: string, parent: string, id: number, mtu: number | null = null): VlanLink => ({
  ...{ name: device(name), parent: device(parent), id: must(parseVlanId(id)), mtu },
});
const present = ({ name, parent, id, mtu }: VlanLink, changes: Partial<ObservedInterface> = {}) =>
  iface(name, [], { kind: 'vlan', parent, vlanId: id, mtu: mtu ?? 1500, ...changes });
const broad: NetworkFile = { path: '/etc/systemd/network/80-all.network', matchNames: ['*'] };
const settle = "sh -c 'command -v udevadm >/dev/null && udevadm settle --timeout=5 || true'";
const made = (name: string, parent: string, id: number) => [
  `ip link add link ${parent} name ${name} type vlan id ${id}`,
  `ip link set ${name} addrgenmode none`,
  `sysctl -qew net/ipv6/conf/${name}/accept_ra=0`,
  `ip link set ${name} up`,
  settle,
];
/** A host with these interfaces; of VLANs those that speak IPv6, now and by the last push. */
const host = (
  interfaces: readonly ObservedInterface[],
  now: readonly VlanLink[] = [],
  last: readonly VlanLink[] = [],
) => ({
  facts: hostFacts({ interfaces }),
  running: { vlans: now, routes: [], rules: [], chains: [], sysctls: {} },
  recorded: last.length === 0 ? null : manifest({ desired: { ...noState, links: last } }),
});
const [eth100, onTop] = [vlan('eth0.100', 'eth0', 100), vlan('a7', 'eth0.100', 7)];

describe('addLinks', () => {
  it('makes what is missing, parents first whatever their names', () => {
    expect(inWords(addLinks([onTop, eth100], host([iface('eth0')])))).toEqual([
      '+ link eth0.100: VLAN 100 on eth0',
      ...made('eth0.100', 'eth0', 100).map((command) => `  > ${command}`),
      '  < ip link delete eth0.100',
      '+ link a7: VLAN 7 on eth0.100',
      ...made('a7', 'eth0.100', 7).map((command) => `  > ${command}`),
      '  < ip link delete a7',
    ]);
  });

  it('sets an MTU before the link is up', () => {
    const [change] = addLinks([vlan('eth0.100', 'eth0', 100, 1400)], host([iface('eth0')]));
    expect(change?.apply.map(({ argv }) => argv.slice(2).join(' ')).slice(1, 5)).toEqual([
      'set eth0.100 addrgenmode none',
      'net/ipv6/conf/eth0.100/accept_ra=0',
      'set eth0.100 mtu 1400',
      'set eth0.100 up',
    ]);
  });

  it('raises and resizes what is there, and an undo knows how it was', () => {
    const interfaces = [iface('eth0'), present(eth100, { isUp: false, mtu: 1500 })];
    expect(inWords(addLinks([{ ...eth100, mtu: 1400 }], host(interfaces)))).toEqual([
      '~ link eth0.100 up',
      '  > ip link set eth0.100 up',
      '  < ip link set eth0.100 down',
      '~ link eth0.100 MTU 1500 → 1400',
      '  > ip link set eth0.100 mtu 1400',
      '  < ip link set eth0.100 mtu 1500',
    ]);
  });

  it('leaves the MTU alone where none was asked for', () => {
    const interfaces = [iface('eth0'), present(eth100, { mtu: 9000 })];
    expect(addLinks([eth100], host(interfaces))).toEqual([]);
  });

  it('gives a VLAN that speaks IPv6 an address from its own', () => {
    const words = inWords(addLinks([{ ...eth100, ipv6: true }], host([iface('eth0')])));
    expect(words).toContain('  > ip link set eth0.100 addrgenmode eui64');
  });

  it('lets one that is there begin to speak IPv6, and end it where the last push had begun it', () => {
    const there = [iface('eth0'), present(eth100)];
    const speaking: VlanLink = { ...eth100, ipv6: true };
    const begin = ['ip link set eth0.100 addrgenmode none', 'sysctl -qw net/ipv6/conf/eth0.100/addr_gen_mode=0'];
    const end = ['ip link set eth0.100 addrgenmode none', 'ip -6 address flush dev eth0.100 scope link'];
    expect(inWords(addLinks([speaking], host(there, [eth100])))).toEqual([
      '+ link eth0.100 IPv6 link-local address',
      ...begin.map((command) => `  > ${command}`),
      ...end.map((command) => `  < ${command}`),
    ]);
    expect(addLinks([speaking], host(there, [speaking]))).toEqual([]);
    expect(inWords(addLinks([eth100], host(there, [speaking], [speaking])))).toEqual([
      '- link eth0.100 IPv6 link-local address',
      ...end.map((command) => `  > ${command}`),
      ...begin.map((command) => `  < ${command}`),
    ]);
    expect(addLinks([eth100], host(there, [speaking], [eth100]))).toEqual([]);
  });
});

describe('shieldLinks', () => {
  const shielded = (networkFiles: readonly NetworkFile[], interfaces = [iface('eth0')]) =>
    inWords(shieldLinks([eth100], hostFacts({ networkFiles, interfaces }), () => broad));

  it('keeps networkd off a new VLAN that a broad file would take', () => {
    expect(shielded([broad])).toEqual([
      '+ networkd leaves eth0.100 alone until the next boot (/etc/systemd/network/80-all.network would take it)',
      '  > install -D -m 0644 /dev/stdin /run/systemd/network/00-mlbroute-eth0.100.network <<"[Match]\\nName=eth0.100\\n\\n[Link]\\nUnmanaged=yes\\n"',
      '  > networkctl reload',
      '  < rm -f /run/systemd/network/00-mlbroute-eth0.100.network',
      '  < networkctl reload',
    ]);
  });

  it('does nothing for a VLAN that is there, or that is shielded from an earlier push', () => {
    expect(shielded([broad], [iface('eth0'), present(eth100)])).toEqual([]);
    expect(shielded([{ path: '/run/systemd/network/00-mlbroute-eth0.100.network', matchNames: ['eth0.100'] }])).toEqual(
      [],
    );
  });

  it('needs no reload where networkd has the shield of an earlier VLAN in memory', () => {
    const facts = hostFacts({ interfaces: [iface('eth0')], loadedNetworks: ['00-mlbroute-eth0.100'] });
    expect(inWords(shieldLinks([eth100], facts, () => broad)).filter((line) => line.includes('reload'))).toEqual([]);
    expect(shieldLinks([eth100], facts, () => broad)).toHaveLength(1);
  });

  it('does nothing where no file would take the VLAN', () => {
    expect(shieldLinks([eth100], hostFacts(), () => null)).toEqual([]);
  });
});

describe('removeLinks', () => {
  const removed = (recorded: readonly string[], desired: readonly VlanLink[], sysctls = {}, isUp = true) =>
    inWords(
      removeLinks(recorded, desired, {
        running: { vlans: [eth100, onTop], routes: [], rules: [], chains: [], sysctls },
        facts: hostFacts({ interfaces: [iface('eth0'), present(eth100, { isUp }), present(onTop)] }),
        recorded: null,
      }),
    );

  it('deletes what stands on another first; an undo goes the other way', () => {
    expect(removed(['eth0.100', 'a7'], []).filter((line) => line.includes('delete'))).toEqual([
      '  > ip link delete a7',
      '  > ip link delete eth0.100',
    ]);
  });

  it('has an undo that brings the settings back, and that it was down', () => {
    const sysctls = { 'net/ipv4/conf/eth0.100/rp_filter': '0', 'net/ipv4/conf/eth0/rp_filter': '2' };
    expect(removed(['eth0.100'], [onTop], sysctls, false)).toEqual([
      '- link eth0.100: VLAN 100 on eth0',
      '  > ip link delete eth0.100',
      ...made('eth0.100', 'eth0', 100).map((command) => `  < ${command}`),
      '  < sysctl -qw net/ipv4/conf/eth0.100/rp_filter=0',
      '  < ip link set eth0.100 down',
    ]);
  });

  it('keeps what is wanted and what mlbroute did not make', () => {
    expect(removed(['eth0.100'], [eth100])).toEqual([]);
    expect(removed([], [])).toEqual([]);
  });
});
