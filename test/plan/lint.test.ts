import { describe, expect, it } from 'vitest';
import type { RuntimeChange } from '../../src/domain/change.ts';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import type { Observed } from '../../src/domain/observed.ts';
import type { Fwmark, PolicyRule, Priority, Route, TableId } from '../../src/domain/routing.ts';
import { bootOrder, grabberOf } from '../../src/plan/lint/boot-order.ts';
import { collisions } from '../../src/plan/lint/collisions.ts';
import { networkdReload } from '../../src/plan/lint/networkd-reload.ts';
import { refusals } from '../../src/plan/lint/refusals.ts';
import { takenVlans } from '../../src/plan/lint/taken-vlan.ts';
import { sampleState } from '../deploy/sample-state.ts';
import { cidr, device, hostFacts, iface, manifest, vlan } from '../tasks/example-host.ts';
import { neededPrograms } from './simulated-host.ts';

const link = vlan('eth0', 100);
if (link.kind !== 'vlan') throw new Error('no VLAN');
const links = [{ name: link.name, parent: link.parent, id: link.id, mtu: null }];

function observed(changes: Partial<Observed['running']> = {}, recorded: Observed['recorded'] = null): Observed {
  return {
    facts: hostFacts({ programs: neededPrograms }),
    persisted: [],
    recorded,
    history: [],
    running: { vlans: [], routes: [], rules: [], chains: [], sysctls: {}, ...changes },
    pending: null,
  };
}

const rule = (priority: number, rest: Partial<PolicyRule> = {}): PolicyRule => ({
  ...{ family: 'ipv4', priority: priority as Priority, from: null, to: null, iif: null, fwmark: null },
  ...{ table: 9 as TableId, ...rest },
});
const byOthers = (...rules: readonly PolicyRule[]) => ({
  rules: rules.map((one) => ({ rule: one, protocol: 'static' })),
});

describe('collisions', () => {
  const foreign: Route = { family: 'ipv4', table: 7100 as TableId, destination: cidr('10.0.0.0/8'), type: 'blackhole' };
  const warnings = (...args: Parameters<typeof observed>) =>
    collisions(sampleState, observed(...args)).map(({ code, message }) => `${code}: ${message}`);

  it('says nothing of a host with rules, routes and tables of its own', () => {
    const local = rule(0, { table: 255 as TableId });
    expect(
      warnings({
        ...byOthers(local, rule(100)),
        routes: [{ route: { ...foreign, table: 9 as TableId }, protocol: 'boot' }],
      }),
    ).toEqual([]);
  });

  it('says nothing of what is wanted or recorded', () => {
    const [was] = byOthers(rule(2011)).rules;
    const running = {
      routes: [...sampleState.routes, foreign].map((route) => ({ route, protocol: 'static' })),
      rules: [...byOthers(...sampleState.rules).rules, ...(was === undefined ? [] : [was])],
    };
    const recorded = manifest({ desired: { ...sampleState, routes: [foreign], rules: [rule(2011)] } });
    expect(warnings(running, recorded)).toEqual([]);
  });

  it('names a route of somebody else in a table that is wanted', () => {
    expect(warnings({ routes: [{ route: foreign, protocol: 'bird' }] })).toEqual([
      'table-in-use: table 7100 already has a route of somebody else: blackhole 10.0.0.0/8 table 7100 (protocol bird)',
    ]);
  });

  it('minds no routes of others in main', () => {
    const onlink: DesiredState = { ...sampleState, routes: [{ ...foreign, table: 254 as TableId }] };
    const other: Route = { ...foreign, table: 254 as TableId, destination: 'default' };
    expect(collisions(onlink, observed({ routes: [{ route: other, protocol: 'boot' }] }))).toEqual([]);
  });

  it('names a rule of somebody else at a priority that is wanted', () => {
    expect(warnings(byOthers(rule(2011, { from: cidr('10.0.0.0/8') })))).toEqual([
      'priority-in-use: somebody else has a rule of the same priority: priority 2011 from 10.0.0.0/8 lookup 9',
    ]);
  });

  it.each<[string, Fwmark, boolean]>([
    ['the very mark', { value: 0x100, mask: 0x1f00 }, true],
    ['the whole mark', { value: 0x100, mask: 0xffffffff }, true],
    ['a wider mask with bits beside ours', { value: 0x4100, mask: 0x5f00 }, true],
    ['one bit of ours', { value: 0x100, mask: 0x100 }, true],
    ['a zero in a bit that ours leaves zero', { value: 0, mask: 0x200 }, true],
    ['another value in our bits', { value: 0x200, mask: 0x1f00 }, false],
    ['bits beside ours', { value: 0x4000, mask: 0x4000 }, false],
    ['the highest bit', { value: 0x80000000, mask: 0x80000000 }, false],
  ])('judges a rule of somebody else for %s', (_, fwmark, matches) => {
    expect(warnings(byOthers(rule(50, { fwmark }))).map((text) => text.split(':')[0])).toEqual(
      matches ? ['mark-in-use'] : [],
    );
  });

  it.each<[number, readonly string[]]>([
    [100, []],
    [1999, []],
    [2000, ["before-local: priority 2000 comes before the local table's rule at 2000", 'priority-in-use: ']],
    [2005, ["before-local: priority 2000 comes before the local table's rule at 2005"]],
  ])('warns where the local rule was moved to %d and so behind ours', (priority, expected) => {
    const found = warnings(byOthers(rule(priority, { table: 255 as TableId }))).sort();
    expect(found.map((text) => (text.startsWith('priority-in-use') ? 'priority-in-use: ' : text))).toEqual(expected);
  });
});

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
  const shield: RuntimeChange = { sign: '+', subject: 'networkd', words: 'leave it alone', apply: [], undo: [] };
  const unreadNetworkFiles = ['/etc/systemd/network/10-eth0.network'];
  it.each<[string, readonly RuntimeChange[], readonly string[], number]>([
    ['a reload that reads nothing new', [shield], [], 0],
    ['no reload, whatever is new', [], unreadNetworkFiles, 0],
    ['a reload that would put others’ changes into effect', [shield], unreadNetworkFiles, 1],
  ])('judges %s', (_, shields, unread, count) => {
    const found = networkdReload(shields, hostFacts({ unreadNetworkFiles: unread }));
    expect(found).toHaveLength(count);
    for (const failure of found) expect(JSON.stringify(failure)).toContain('10-eth0.network');
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

  it('takes the first file by name that matches', () => {
    const networkFiles = [
      file('/etc/systemd/network/10-b.network', 'wl*'),
      file('/etc/systemd/network/20-c.network', '*'),
      file('/etc/systemd/network/30-d.network', 'eth0'),
    ];
    expect(grabberOf(device('eth0'), hostFacts({ networkFiles }))?.path).toBe('/etc/systemd/network/20-c.network');
  });
});
