import { describe, expect, it } from 'vitest';
import { bootFindings } from '../../src/boot/boot-findings.ts';
import { clockSkew } from '../../src/boot/clock-skew.ts';
import type { BootFiles } from '../../src/domain/boot-files.ts';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import type { HostFacts } from '../../src/domain/facts.ts';
import { ipv4ConfKey } from '../../src/domain/sysctl.ts';
import { device, hostFacts, vlan } from '../tasks/example-host.ts';
import { noBootFiles } from './no-boot-files.ts';

const link = vlan('eth0', 100);
if (link?.kind !== 'vlan') throw new Error('the link is no VLAN');
const desired: DesiredState = {
  decisions: [],
  links: [{ name: link.name, parent: link.parent, id: link.id, mtu: null }],
  routes: [],
  rules: [],
  chains: [{ family: 'ipv4', table: 'mangle', name: 'MLBROUTE-OUTPUT', hook: 'OUTPUT', rules: [] }],
  sysctls: [{ key: ipv4ConfKey(device('eth0.100'), 'rp_filter'), value: '0', why: 'no address', mayBeAbsent: true }],
};

const said = (boot: Partial<BootFiles>, facts: Partial<HostFacts> = {}) =>
  bootFindings(desired, hostFacts(facts), { ...noBootFiles, ...boot }).map(
    ({ code, subject, message }) => `${code} ${subject}: ${message}`,
  );
const line = (path: string, text: string) => ({ path, line: 7, text });
const ours = line('/etc/sysctl.d/99-zz-mlbroute.conf', 'net/ipv4/conf/eth0.100/rp_filter = 0');

const allTo1 =
  'not-boot-safe net/ipv4/conf/eth0.100/rp_filter: at the next boot /etc/sysctl.d/zz.conf:7 sets net/ipv4/conf/all/rp_filter to 1; the kernel takes max(all, interface): 1 on eth0.100, not 0';

describe('bootFindings', () => {
  it('asks for no networkd, and for no file of it, where a unit brings the network back', () => {
    const units = [
      { name: 'systemd-networkd.service', state: 'unwanted' as const },
      { name: 'mlbroute-routing.service', state: 'masked' as const },
    ];
    const boot = { ...noBootFiles, units, unreadNetplanFiles: ['/etc/netplan/a.yaml'] };
    const subjects = (renderer: 'networkd' | 'unit') =>
      bootFindings({ ...desired, renderer }, hostFacts(), boot).map(({ subject }) => subject);
    expect(subjects('unit')).toEqual(['mlbroute-routing.service']);
    expect(subjects('networkd')).toEqual(['systemd-networkd.service', '/etc/netplan/a.yaml']);
  });

  it.each<[string, Partial<BootFiles>, Partial<HostFacts>, readonly string[]]>([
    ['nothing where nobody interferes', { sysctlLines: [ours] }, {}, []],
    [
      'a later line for the very key',
      { sysctlLines: [ours, line('/etc/sysctl.d/zz.conf', 'net.ipv4.conf.eth0/100.rp_filter=1')] },
      {},
      [
        'not-boot-safe net/ipv4/conf/eth0.100/rp_filter: at the next boot /etc/sysctl.d/zz.conf:7 sets it to 1, not to 0',
      ],
    ],
    [
      'no glob, which gives way to our own line, where all is taken out of it',
      {
        sysctlLines: [
          ours,
          line('/etc/sysctl.d/zz.conf', 'net.ipv4.conf.*.rp_filter=1'),
          line('/etc/sysctl.d/zz.conf', '-net.ipv4.conf.all.rp_filter'),
        ],
      },
      {},
      [],
    ],
    [
      'a glob that gives way to our own line, but takes all as well',
      { sysctlLines: [ours, line('/etc/sysctl.d/zz.conf', 'net.ipv4.conf.*.rp_filter=1')] },
      {},
      [allTo1],
    ],
    [
      'a glob where our own line is gone',
      { sysctlLines: [line('/etc/sysctl.d/zz.conf', 'net.ipv4.conf.*.rp_filter=1')] },
      {},
      [
        'not-boot-safe net/ipv4/conf/eth0.100/rp_filter: at the next boot /etc/sysctl.d/zz.conf:7 sets it to 1, not to 0',
        allTo1,
      ],
    ],
    [
      'a line for all interfaces, which counts for ours as well',
      { sysctlLines: [line('/etc/sysctl.d/50-x.conf', 'net.ipv4.conf.all.rp_filter = 1'), ours] },
      {},
      [
        'not-boot-safe net/ipv4/conf/eth0.100/rp_filter: at the next boot /etc/sysctl.d/50-x.conf:7 sets net/ipv4/conf/all/rp_filter to 1; the kernel takes max(all, interface): 1 on eth0.100, not 0',
      ],
    ],
    [
      'no line for all interfaces that is not above ours',
      { sysctlLines: [line('/etc/sysctl.d/50-x.conf', 'net.ipv4.conf.all.rp_filter = 0'), ours] },
      {},
      [],
    ],
    [
      'a saved rule set once',
      {
        savedChainLines: [
          line('/etc/iptables/rules.v4', ':MLBROUTE-OUTPUT - [0:0]'),
          line('/etc/iptables/rules.v4', '-A OUTPUT -j MLBROUTE-OUTPUT'),
        ],
      },
      {},
      [
        'not-boot-safe /etc/iptables/rules.v4: somebody saved all rules of the running kernel, those of mlbroute with them; the next boot loads them as they were then',
      ],
    ],
    [
      'units that are masked or that nothing wants, but not a lost link of ours, which is a missing file',
      {
        units: [
          { name: 'systemd-networkd.service', state: 'unwanted' },
          { name: 'systemd-sysctl.service', state: 'masked' },
          { name: 'mlbroute-iptables.service', state: 'unwanted' },
        ],
      },
      {},
      [
        'not-boot-safe systemd-networkd.service: nothing starts systemd-networkd.service at the next boot',
        'not-boot-safe systemd-sysctl.service: systemd-sysctl.service is masked: the next boot leaves out what it does',
      ],
    ],
    [
      'a file that takes the parent from the file our VLAN hangs on',
      {},
      {
        networkFiles: [
          { path: '/etc/systemd/network/07-all.network', matchNames: ['e*'] },
          { path: '/etc/systemd/network/10-eth0.network', matchNames: ['eth0'] },
        ],
      },
      [
        'not-boot-safe /etc/systemd/network/07-all.network: at the next boot it takes eth0 before /etc/systemd/network/10-eth0.network can, and the VLANs of eth0 hang on that one',
      ],
    ],
    [
      'a netplan file that nobody applied',
      { unreadNetplanFiles: ['/etc/netplan/60-x.yaml'] },
      {},
      [
        'not-boot-safe /etc/netplan/60-x.yaml: changed after networkd started: what netplan makes of it shows at the next boot only',
      ],
    ],
    [
      'files that netplan cannot read',
      { netplanError: '/etc/netplan/a.yaml:7:13: interface x is not defined' },
      {},
      [
        'not-boot-safe /etc/netplan: netplan cannot read its files, so the next boot brings nothing up that is in them: /etc/netplan/a.yaml:7:13: interface x is not defined',
      ],
    ],
  ])('tells of %s', (_title, boot, facts, expected) => {
    expect(said(boot, facts)).toEqual(expected);
  });

  it('asks for the unit of the tool that makes the chains', () => {
    const byNft: DesiredState = { ...desired, chains: desired.chains.map((chain) => ({ ...chain, tool: 'nft' })) };
    const masked = (name: string) => ({
      ...noBootFiles,
      units: [{ name, state: 'masked' as const }],
      sysctlLines: [ours],
    });
    const subjects = (state: DesiredState, name: string) =>
      bootFindings(state, hostFacts(), masked(name)).map(({ subject }) => subject);
    expect(subjects(byNft, 'mlbroute-nftables.service')).toEqual(['mlbroute-nftables.service']);
    expect(subjects(byNft, 'mlbroute-iptables.service')).toEqual([]);
    expect(subjects(desired, 'mlbroute-iptables.service')).toEqual(['mlbroute-iptables.service']);
  });

  it('cares for nothing that the host needs nothing of', () => {
    const nothing: DesiredState = { ...desired, links: [], chains: [], sysctls: [] };
    const units = [{ name: 'systemd-networkd.service', state: 'masked' }] as const;
    expect(bootFindings(nothing, hostFacts(), { ...noBootFiles, units })).toEqual([]);
  });
});

it('leaves a line for all interfaces to our own later one, where there is one', () => {
  const all = { key: ipv4ConfKey('all', 'rp_filter'), value: '0', why: 'max', mayBeAbsent: false };
  const lines = [
    line('/etc/sysctl.d/50-x.conf', 'net.ipv4.conf.all.rp_filter = 1'),
    ours,
    line(ours.path, 'net/ipv4/conf/all/rp_filter = 0'),
  ];
  const lowered: DesiredState = { ...desired, sysctls: [...desired.sysctls, all] };
  expect(bootFindings(lowered, hostFacts(), { ...noBootFiles, sysctlLines: lines })).toEqual([]);
});

describe('clockSkew', () => {
  it.each([
    [null, []],
    [1000 + 900, []],
    [1000 + 3600, ['is 60 minutes ahead of this machine’s']],
    [1000 - 1200, ['is 20 minutes behind this machine’s']],
  ])('of a host at %j, while we are at 1000: %j', (hostS, expected) => {
    expect(clockSkew(hostS, 1000).map(({ message }) => message)).toEqual(expected);
  });
});
