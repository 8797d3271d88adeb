import { describe, expect, it } from 'vitest';
import { rebootChanges } from '../../src/boot/reboot-changes.ts';
import type { Observed } from '../../src/domain/observed.ts';
import type { ManagedFile } from '../../src/domain/remote-file.ts';
import { scenarios } from '../backends/all-scenarios.ts';
import { filesOf, type Scenario, shippedTemplates, stateOf } from '../backends/scenario.ts';
import { type HostFiles, hostAtRest } from './host-at-rest.ts';

const templates = await shippedTemplates();

/** The files that brought the devices up before mlbroute. */
function ownFiles(scenario: Scenario): HostFiles {
  const { links, routes, addresses = [] } = stateOf(scenario);
  const ownVlans = new Set<string>(links.map(({ name }) => name));
  const devices = new Set<string>([
    ...links.map(({ parent }) => parent),
    ...routes.flatMap((route) => ('device' in route ? [route.device] : [])),
    ...addresses.map(({ device }) => device),
  ]);
  return Object.fromEntries(
    [...devices]
      .filter((name) => !ownVlans.has(name))
      .map((name) => [
        scenario.facts?.networkFileOf[name] ?? `/etc/systemd/network/10-${name}.network`,
        `[Match]\nName=${name}\n`,
      ]),
  );
}

const words = (changes: ReturnType<typeof rebootChanges>) =>
  changes.map(({ sign, words }) => `${sign} ${words}`).sort();

/** All but those whose files netplan itself must turn into networkd's: see test/backends/netplan.integration.test.ts. */
const readByNetworkd = Object.entries(scenarios).filter(([name]) => !name.startsWith('netplan-'));

describe('what a reboot would change', () => {
  it.each(readByNetworkd)('is nothing after a push: %s', (_, scenario) => {
    const desired = stateOf(scenario);
    expect(
      words(rebootChanges(desired, hostAtRest(desired, filesOf(scenario, templates), ownFiles(scenario)))),
    ).toEqual([]);
  });

  it.each(readByNetworkd)('is all of it where the kernel has lost it: %s', (_, scenario) => {
    const desired = stateOf(scenario);
    const rest = hostAtRest(desired, filesOf(scenario, templates), ownFiles(scenario));
    const ownVlans = new Set<string>(desired.links.map(({ name }) => name));
    const empty: Observed = {
      ...rest,
      running: { ...rest.running, vlans: [], routes: [], rules: [], chains: [], neighbors: [] },
      facts: {
        ...rest.facts,
        interfaces: rest.facts.interfaces
          .filter(({ name }) => !ownVlans.has(name))
          .map((each) => ({ ...each, addresses: [] })),
      },
    };
    const changes = rebootChanges(desired, empty);
    expect(changes.every(({ sign }) => sign === '+')).toBe(true);
    const { links, routes, rules, chains, addresses = [], neighbors = [] } = desired;
    expect(changes).toHaveLength(
      links.length + routes.length + rules.length + chains.length + addresses.length + neighbors.length,
    );
  });

  const scenario = scenarios['dual-stack'] as Scenario;
  const desired = stateOf(scenario);
  const files = filesOf(scenario, templates);
  const edited = (path: string, edit: (text: string) => string | null): readonly ManagedFile[] =>
    files.flatMap((file): ManagedFile[] => {
      if (!file.path.endsWith(path) || file.kind !== 'file') return [file];
      const content = edit(file.content);
      return content === null ? [] : [{ ...file, content }];
    });
  const after = (changed: readonly ManagedFile[], own: HostFiles = {}) =>
    hostAtRest(desired, changed, { ...ownFiles(scenario), ...own });
  const withUnit = (name: string, state: 'masked' | 'unwanted', { boot, ...host } = after(files)): Observed => ({
    ...host,
    boot: { ...boot, units: boot.units.map((unit) => (unit.name === name ? { ...unit, state } : unit)) },
  });

  it.each<[string, Observed, readonly string[]]>([
    [
      'a rule with another priority',
      after(edited('05-mlbroute-eth0.200.network', (text) => text.replace('Priority=2013', 'Priority=2033'))),
      ['+ IPv6 rule 2033 fwmark 0x200/0x1f00 lookup 7200', '- IPv6 rule 2013 fwmark 0x200/0x1f00 lookup 7200'],
    ],
    [
      'a route that is no longer written',
      after(edited('05-mlbroute-eth0.200.network', (text) => text.replace(/\[Route\]\nDestination=::\/0\n[^[]*/, ''))),
      ['- route default via fe80::1 dev eth0.200 onlink table 7200'],
    ],
    [
      'a VLAN with another MTU, and without an address of IPv6',
      after(
        edited('05-mlbroute-eth0.200.netdev', (text) => text.replace('Kind=vlan', 'Kind=vlan\nMTUBytes=1400')).map(
          (file) =>
            file.path.endsWith('eth0.200.network') && file.kind === 'file'
              ? { ...file, content: file.content.replace('LinkLocalAddressing=ipv6', 'LinkLocalAddressing=no') }
              : file,
        ),
      ),
      ['- link eth0.200 IPv6 link-local address', '~ link eth0.200 MTU 1500 → 1400'],
    ],
    [
      'a line of somebody else in sysctl.d that comes later',
      after(files, { '/etc/sysctl.d/99-zzz.conf': 'net.ipv4.conf.eth0/100.rp_filter = 1\n' }),
      ['~ sysctl net/ipv4/conf/eth0.100/rp_filter 0 → 1'],
    ],
    [
      'a chain with another rule',
      after(edited('iptables.v4', (text) => text.replace('0x100/0x1f00 -j', '0x300/0x1f00 -j'))),
      ['~ chain MLBROUTE-OUTPUT in mangle from OUTPUT, 1 rule'],
    ],
    [
      'a fragment that is gone',
      after(edited('iptables.v6', () => null)),
      [
        '- chain MLBROUTE-OUTPUT in mangle (IPv6)',
        '- chain MLBROUTE-PREROUTING in mangle (IPv6)',
        '- chain MLBROUTE-RPFILTER in raw (IPv6)',
      ],
    ],
    [
      'a unit that is masked',
      withUnit('mlbroute-iptables.service', 'masked'),
      [
        '- chain MLBROUTE-OUTPUT in mangle',
        '- chain MLBROUTE-OUTPUT in mangle (IPv6)',
        '- chain MLBROUTE-PREROUTING in mangle',
        '- chain MLBROUTE-PREROUTING in mangle (IPv6)',
        '- chain MLBROUTE-RPFILTER in raw (IPv6)',
      ],
    ],
  ])('tells of %s', (_, observed, expected) => {
    expect(words(rebootChanges(desired, observed))).toEqual(expected);
  });

  it('tells of a VLAN that no longer hangs on its parent, with all that goes over it', () => {
    const changes = words(
      rebootChanges(desired, after(edited('50-mlbroute.conf', (text) => text.replace('VLAN=eth0.200\n', '')))),
    );
    expect(changes).toContain('- link eth0.200: VLAN 200 on eth0, MTU 1500');
    expect(changes).toContain('- route default via fe80::1 dev eth0.200 onlink table 7200');
    expect(changes.filter((change) => change.includes('eth0.100'))).toEqual([]);
  });

  it('tells of a VLAN whose .netdev is gone', () => {
    const changes = words(rebootChanges(desired, after(edited('05-mlbroute-eth0.200.netdev', () => null))));
    expect(changes).toContain('- link eth0.200: VLAN 200 on eth0, MTU 1500');
    expect(changes).toContain('- IPv6 rule 2013 fwmark 0x200/0x1f00 lookup 7200');
  });

  it('tells of a broad file that comes first, and configures VLANs by itself', () => {
    const own = {
      '/etc/systemd/network/00-all.network': '[Match]\nName=eth0.*\n\n[Network]\nLinkLocalAddressing=no\n',
    };
    const changes = words(rebootChanges(desired, after(files, own)));
    expect(changes).toContain('- rule 2011 fwmark 0x100/0x1f00 lookup 7100');
    expect(changes).toContain('- link eth0.100 IPv6 link-local address');
    expect(changes.some((change) => change.includes('VLAN 100'))).toBe(false);
  });

  it('is nothing where a file that keeps networkd off a new VLAN will be gone, and one that a generator makes will be back', () => {
    const rest = after(files, {
      '/run/systemd/network/00-mlbroute-eth0.100.network': '[Match]\nName=eth0.100\n\n[Link]\nUnmanaged=yes\n',
    });
    const networkdTexts = (rest.boot.networkdTexts ?? []).map(({ path, text }) => ({
      path: path.replace(/^\/etc(\/systemd\/network\/10-eth0\.network)$/, '/run$1'),
      text,
    }));
    expect(words(rebootChanges(desired, { ...rest, boot: { ...rest.boot, networkdTexts } }))).toEqual([]);
  });

  it('tells of VLANs that are made and that nobody brings up', () => {
    const changes = words(rebootChanges(desired, after(edited('05-mlbroute-eth0.200.network', () => null))));
    expect(changes).toContain('~ link eth0.200 down');
  });

  it('tells of all that networkd brings where nothing starts it', () => {
    const changes = words(rebootChanges(desired, withUnit('systemd-networkd.service', 'masked')));
    expect(changes.filter((change) => change.startsWith('- link'))).toHaveLength(2);
    expect(changes.filter((change) => /^- (IPv6 )?rule/.test(change))).toHaveLength(desired.rules.length);
  });

  it('tells of what somebody added by hand to a table of mlbroute’s', () => {
    const host = after(files);
    const route = { ...desired.routes.find(({ table }) => table === 7100), destination: '9.9.9.0/24' } as never;
    const routes = [...host.running.routes, { route, protocol: 'boot' }];
    expect(words(rebootChanges(desired, { ...host, running: { ...host.running, routes } }))).toEqual([
      expect.stringMatching(/^- route 9\.9\.9\.0\/24 /),
    ]);
  });
});
