import { describe, expect, it } from 'vitest';
import type { FileChange, RuntimeChange } from '../../src/domain/change.ts';
import type { HostFacts } from '../../src/domain/facts.ts';
import type { HostName } from '../../src/domain/host.ts';
import { netplanFile } from '../../src/domain/network-file.ts';
import type { Observed } from '../../src/domain/observed.ts';
import type { ManagedFile } from '../../src/domain/remote-file.ts';
import { mainTable, type Route } from '../../src/domain/routing.ts';
import { applyProgram } from '../../src/plan/apply-program.ts';
import { workload } from '../../src/plan/lint/workload.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { nativeActivation } from '../../src/plan/native-activation.ts';
import { noBootFiles } from '../boot/no-boot-files.ts';
import { sampleState } from '../deploy/sample-state.ts';
import { cidr, device, hostFacts, iface, ip as ip4, manifest, must, vlan } from '../tasks/example-host.ts';
import { neededPrograms } from './simulated-host.ts';

const link = vlan('eth0', 100);
if (link.kind !== 'vlan') throw new Error('no VLAN');
const desired = { ...sampleState, links: [{ name: link.name, parent: link.parent, id: link.id, mtu: null }] };
const managed = (path: string): ManagedFile => ({ kind: 'file', path, mode: '0644', content: '\n' });
const create = (path: string): FileChange => ({ kind: 'create', path, after: managed(path), cause: 'inventory' });
const network = '/etc/systemd/network/05-mlbroute-eth0.100.network';
const script = '/etc/mlbroute/routing.sh';
const facts = hostFacts({ programs: [...neededPrograms, 'netplan'], interfaces: [iface('eth0'), iface('eth1')] });
const ip = (...argv: readonly string[]) => ({ argv: ['ip', ...argv], why: '', stdin: null });
const later: readonly RuntimeChange[] = [
  { sign: '+', subject: 'link', words: 'a', apply: [], undo: [ip('link', 'delete', 'a')] },
  { sign: '+', subject: 'rule', words: 'b', apply: [], undo: [ip('rule', 'delete', 'b')] },
];

const observed = (changes: Partial<HostFacts> = {}): Observed => ({
  facts: { ...facts, ...changes },
  ...{ persisted: [], notFiles: [], recorded: null, history: [], boot: noBootFiles, pending: null },
  running: { vlans: [], routes: [], rules: [], chains: [], sysctls: { 'net/ipv4/conf/eth1/rp_filter': '0' } },
});
const planned = (files: readonly ManagedFile[], changes: Partial<HostFacts> = {}) =>
  makePlan({
    ...{ activation: 'native', host: 'node1' as HostName, desired, files, observed: observed(changes), warnings: [] },
  });

describe('the tool that brings up what was written', () => {
  it.each<[string, readonly FileChange[], readonly string[] | null, boolean]>([
    ['is networkd, for files of its own', [create(network)], ['activate', 'networkctl', 'reload'], true],
    ['is netplan, for its file', [create(network), create(netplanFile)], ['activate', 'netplan', 'apply'], true],
    ['is the script of the unit', [create(script)], ['sh', script, 'during-push'], false],
    ['is none where only other files change', [create('/etc/sysctl.d/99-zz-mlbroute.conf')], null, false],
    ['is none where nothing changes', [], null, false],
  ])('%s', (_, files, argv, interrupts) => {
    const activation = nativeActivation(files, desired, facts, later);
    expect(activation?.change.apply.map((command) => command.argv) ?? null).toEqual(argv === null ? null : [argv]);
    expect(activation?.interrupts ?? false).toBe(interrupts);
  });

  it('is not what is no longer there', () => {
    const without = hostFacts({ isNetworkdActive: false });
    expect(nativeActivation([create(network), create(netplanFile)], desired, without, later)).toBeNull();
  });

  it('lets networkd take the VLANs that an earlier push kept it off, and the undo keeps it off again', () => {
    const networkFiles = [{ path: '/run/systemd/network/00-mlbroute-eth0.100.network', matchNames: ['eth0.100'] }];
    const activation = nativeActivation([create(network)], desired, { ...facts, networkFiles }, later);
    const words = (list: RuntimeChange['apply'] = []) => list.map(({ argv }) => argv[0]);
    expect(words(activation?.change.apply)).toEqual(['rm', 'activate']);
    expect(words(activation?.change.undo)).toEqual(['install', 'activate']);
  });

  it('is taken back in two parts: what it may have made before the files are back, the tool again after that', () => {
    const activation = nativeActivation([create(network)], desired, facts, later);
    expect(activation?.change.undoBeforeFiles?.map(({ argv }) => argv.join(' '))).toEqual([
      'ip rule delete b',
      'ip link delete a',
    ]);
    expect(activation?.change.readsFiles).toBe(true);
  });
});

describe('a plan that is activated by networkd', () => {
  it('has it before the kernel is changed, needs no networkd kept off, and makes the rest itself', () => {
    const networkFiles = [{ path: '/etc/systemd/network/80-all.network', matchNames: ['*'] }];
    const plan = must(planned([managed(network)], { networkFiles }));
    expect(plan.activation).toBe('native');
    expect(plan.runtime.map(({ subject }) => subject).slice(0, 3)).toEqual(['activation', 'link', 'sysctl']);
    expect(plan.runtime.some(({ subject }) => subject === 'networkd')).toBe(false);
  });

  it('keeps networkd off as ever where no file changes', () => {
    const networkFiles = [{ path: '/etc/systemd/network/80-all.network', matchNames: ['*'] }];
    const subjects = must(planned([], { networkFiles })).runtime.map(({ subject }) => subject);
    expect(subjects.slice(0, 2)).toEqual(['networkd', 'link']);
  });

  it('is refused while files of others wait for a reload, and not for its own', () => {
    const of = (...unreadNetworkFiles: readonly string[]) => {
      const plan = planned([managed(network)], { unreadNetworkFiles, loadedNetworks: ['05-mlbroute-eth0.100'] });
      return plan.ok ? [] : plan.error;
    };
    expect(of('/etc/systemd/network/', network, '/run/systemd/network/10-netplan-eth0.network')).toEqual([]);
    expect(of('/etc/systemd/network/20-x.network')).toEqual([
      {
        kind: 'refused',
        message: expect.stringMatching(/put into effect what changed since it started: \/etc\/systemd\/network\/20-x/),
        hint: 'restart the host first, or activate: hitless',
      },
    ]);
  });

  it('tells the node that another may have made, or taken away, what it is to', () => {
    const options = {
      ...{ id: 'a', owner: 'b', token: '@c', confirmWithinS: 60, generation: 0 },
      programs: { apply: '', transaction: '' },
    };
    const program = (files: readonly ManagedFile[]) => applyProgram(must(planned(files)), manifest(), options);
    expect(program([managed(network)])).toContain('native=yes');
    expect(program([])).toContain("native=''");
  });
});

describe('pods on a host', () => {
  const route: Route = {
    ...{ family: 'ipv4', table: mainTable, destination: cidr('10.1.0.0/24') },
    ...{ type: 'gateway', gateway: ip4('192.168.1.2'), device: device('eth0'), onlink: false },
  };
  const found = (changes: Partial<HostFacts>, protocol: string | null = null) =>
    workload({
      ...observed(changes),
      running: { ...observed().running, routes: protocol === null ? [] : [{ route, protocol }] },
    }).map(({ code, message }) => `${code}: ${message.split('here: ')[1]}`);

  it.each<[string, Parameters<typeof found>, readonly string[]]>([
    ['none', [{}], []],
    ['routes of the host itself', [{}, 'static'], []],
    [
      'routes of a routing daemon',
      [{}, 'bird'],
      ['workload: route 10.1.0.0/24 via 192.168.1.2 dev eth0 table main protocol bird'],
    ],
    [
      'interfaces of pods',
      [{ interfaces: [iface('eth0'), iface('cali1'), iface('x', [], { kind: 'veth' })] }],
      ['workload: cali1, x'],
    ],
  ])('are told by %s', (_, [changes, protocol], expected) => {
    expect(found(changes, protocol)).toEqual(expected);
  });
});
