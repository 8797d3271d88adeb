import { describe, expect, it } from 'vitest';
import type { RuntimeChange } from '../../src/domain/change.ts';
import type { HostFacts } from '../../src/domain/facts.ts';
import type { Observed } from '../../src/domain/observed.ts';
import { bootOrder, grabberOf } from '../../src/plan/lint/boot-order.ts';
import { networkdMemory } from '../../src/plan/lint/networkd-memory.ts';
import { networkdReload } from '../../src/plan/lint/networkd-reload.ts';
import { refusals } from '../../src/plan/lint/refusals.ts';
import { takenVlans } from '../../src/plan/lint/taken-vlan.ts';
import { noBootFiles } from '../boot/no-boot-files.ts';
import { sampleState } from '../deploy/sample-state.ts';
import { device, hostFacts, iface, vlan } from '../tasks/example-host.ts';
import { neededPrograms } from './simulated-host.ts';

const link = vlan('eth0', 100);
if (link.kind !== 'vlan') throw new Error('no VLAN');
const links = [{ name: link.name, parent: link.parent, id: link.id, mtu: null }];

function observed(): Observed {
  return {
    facts: hostFacts({ programs: neededPrograms }),
    ...{ persisted: [], notFiles: [], recorded: null, history: [], boot: noBootFiles, pending: null },
    running: { vlans: [], routes: [], rules: [], chains: [], sysctls: {} },
  };
}

describe('refusals', () => {
  it('has none for a host with systemd and every program', () => {
    expect(refusals(observed())).toEqual([]);
  });

  it('names everything that is missing, and the packages that bring it', () => {
    const facts = hostFacts({ programs: ['ip', 'sysctl', 'systemctl', 'sha256sum'], systemdVersion: null });
    expect(refusals({ ...observed(), facts })).toEqual([
      {
        kind: 'refused',
        message: 'systemd does not run this host',
        hint: 'mlbroute needs it for persistence and for the timer that undoes a push',
      },
      {
        kind: 'refused',
        message: 'programs are missing: systemd-run, stat',
        hint: 'install systemd coreutils',
      },
    ]);
  });
});

describe('takenVlans', () => {
  const holder = iface('vlan100', [], { kind: 'vlan', parent: device('eth0'), vlanId: link.id });
  it.each<[string, ReturnType<typeof iface>[], readonly string[]]>([
    ['nobody has the id', [iface('eth0')], []],
    ['it is there already', [iface('eth0'), { ...holder, name: device('eth0.100') }], []],
    ['the id is that of another parent', [iface('eth0'), { ...holder, parent: device('eth1') }], []],
    [
      'another name has the id',
      [iface('eth0'), holder],
      ['eth0.100 cannot be made: VLAN 100 of eth0 is there already as vlan100'],
    ],
  ])('where %s', (_, interfaces, messages) => {
    expect(
      takenVlans(links, hostFacts({ interfaces })).map((failure) => 'message' in failure && failure.message),
    ).toEqual(messages);
  });
});

describe('networkdReload', () => {
  const reload = { argv: ['networkctl', 'reload'], why: '', stdin: null };
  const quiet: RuntimeChange = { sign: '+', subject: 'networkd', words: 'leave it alone', apply: [], undo: [] };
  const shield: RuntimeChange = { ...quiet, apply: [reload] };
  const unreadNetworkFiles = ['/etc/systemd/network/10-eth0.network'];
  it.each<[string, readonly RuntimeChange[], readonly string[], number]>([
    ['a reload that reads nothing new', [shield], [], 0],
    ['no reload, whatever is new', [], unreadNetworkFiles, 0],
    ['a shield that networkd has in memory', [quiet], unreadNetworkFiles, 0],
    ['a reload that would put others’ changes into effect', [shield], unreadNetworkFiles, 1],
  ])('judges %s', (_, shields, unread, count) => {
    const found = networkdReload(shields, hostFacts({ unreadNetworkFiles: unread }));
    expect(found).toHaveLength(count);
    for (const failure of found) expect(JSON.stringify(failure)).toContain('10-eth0.network');
  });
});

describe('networkdMemory', () => {
  const path = '/etc/systemd/network/05-mlbroute-eth0.100.network';
  const onDisk = [{ path, matchNames: ['eth0.100'] }];
  const own = '05-mlbroute-eth0.100';
  it.each<[string, Partial<HostFacts>, number]>([
    ['nothing in memory', {}, 0],
    ['a file that is gone', { loadedNetworks: [own], unreadNetworkFiles: ['/etc/systemd/network/'] }, 1],
    ['a file that has changed', { loadedNetworks: [own], networkFiles: onDisk, unreadNetworkFiles: [path] }, 1],
    ['a file as it was read', { loadedNetworks: [own], networkFiles: onDisk }, 0],
    ['another VLAN', { loadedNetworks: ['05-mlbroute-eth0.101'] }, 0],
    ['a VLAN it is held off of', { loadedNetworks: ['00-mlbroute-eth0.100', own] }, 0],
    ['a file of netplan’s that is gone', { loadedNetworks: ['10-netplan-eth0.100'] }, 1],
    [
      'a file of netplan’s as it was read',
      {
        loadedNetworks: ['10-netplan-eth0.100'],
        networkFiles: [{ path: '/run/systemd/network/10-netplan-eth0.100.network', matchNames: ['eth0.100'] }],
      },
      0,
    ],
    ['a VLAN that is there', { loadedNetworks: [own], interfaces: [iface('eth0'), iface('eth0.100')] }, 0],
  ])('judges %s', (_, facts, count) => {
    const found = networkdMemory(links, hostFacts({ interfaces: [iface('eth0')], ...facts }));
    expect(found).toHaveLength(count);
    for (const failure of found)
      expect(failure).toMatchObject({ kind: 'refused', hint: expect.stringContaining('restart the host') });
  });
});

describe('boot order', () => {
  const file = (path: string, ...matchNames: readonly string[]) => ({ path, matchNames });
  const found = (...networkFiles: ReturnType<typeof file>[]) =>
    bootOrder({ ...sampleState, links }, (name) => grabberOf(name, hostFacts({ networkFiles }))).map(
      ({ code, message }) => `${code}: ${message}`,
    );

  it.each<[string, ReturnType<typeof file>[], readonly string[]]>([
    ['no file at all', [], []],
    ['a file for another device', [file('/etc/systemd/network/01-a.network', 'eth0')], []],
    ['a broad file after ours', [file('/etc/systemd/network/10-all.network', 'eth*')], []],
    [
      'a broad file before ours',
      [file('/run/systemd/network/01-all.network', 'eth*')],
      [
        'not-boot-safe: at the next boot /run/systemd/network/01-all.network takes eth0.100 before 05-mlbroute-eth0.100.network can',
      ],
    ],
    ['our own file before ours', [file('/run/systemd/network/00-mlbroute-eth0.100.network', 'eth0.100')], []],
    ['an exception for ours', [file('/etc/systemd/network/01-a.network', '!eth0.100')], []],
  ])('judges %s', (_, files, expected) => {
    expect(found(...files)).toEqual(expected);
  });

  it('takes what netplan makes of our file for ours, and what sorts before that', () => {
    const own = file('/run/systemd/network/10-netplan-eth0.100.network', 'eth0.100');
    const foundFor = (...networkFiles: ReturnType<typeof file>[]) =>
      bootOrder({ ...sampleState, links, renderer: 'netplan' }, (name) =>
        grabberOf(name, hostFacts({ networkFiles }), 'netplan'),
      ).map(({ message }) => message);
    expect(foundFor(own, file('/run/systemd/network/10-netplan-zz.network', 'eth*'))).toEqual([]);
    expect(foundFor(file('/etc/systemd/network/10-all.network', 'eth*'), own)).toEqual([
      'at the next boot /etc/systemd/network/10-all.network takes eth0.100 before 10-netplan-eth0.100.network can',
    ]);
  });

  it('takes the first file by name that matches', () => {
    const networkFiles = [
      file('/etc/systemd/network/10-b.network', 'wl*'),
      file('/etc/systemd/network/20-c.network', '*'),
      file('/etc/systemd/network/30-d.network', 'eth0'),
    ];
    expect(grabberOf(device('eth0'), hostFacts({ networkFiles }))?.path).toBe('/etc/systemd/network/20-c.network');
  });
});
