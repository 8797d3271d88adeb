import { describe, expect, it } from 'vitest';
import type { Needs } from '../../src/domain/check-up.ts';
import { judgeCheckUp, modulesFor } from '../../src/facts/check-up.ts';

const everything: Needs = { vlan: true, marks: 'yes', netfilter: 'auto' };
const good = [
  'uid 0',
  'systemd 252',
  'iproute2 ip utility, iproute2-6.1.0, libbpf 1.1.0',
  'tool sysctl yes',
  'tool sha256sum yes',
  'netfilter iptables iptables v1.8.9 (nf_tables)',
  'netfilter nft none',
  'module 8021q loadable',
  'module xt_connmark yes',
  'disk /etc 900000',
  'disk /run read-write',
  'clock 1000',
];

/** The verdicts of good answers, but for one of them. */
function verdicts(changed: string, needs: Needs = everything): readonly string[] {
  const [key = ''] = changed.split(' ');
  const at = good.findIndex((line) => line.startsWith(`${key} `));
  const lines = good.map((line, index) => ({ text: index === at ? changed : line, atMs: 100 + index }));
  return judgeCheckUp(lines, { needs, sentAtMs: 90, nowS: 1003 })
    .filter(({ verdict }) => verdict !== 'fine')
    .map(({ step, verdict, says }) => `${verdict} ${step}: ${says}`);
}

describe('a check-up', () => {
  it('finds nothing against a host that has it all, and times each step by when its answer came', () => {
    const lines = good.map((text, index) => ({ text, atMs: 100 + index }));
    const checks = judgeCheckUp(lines, { needs: everything, sentAtMs: 90, nowS: 1003 });
    expect(checks.map(({ step, verdict, tookMs }) => [step, verdict, tookMs])).toEqual([
      ['sudo', 'fine', 10],
      ['systemd', 'fine', 1],
      ['iproute2', 'fine', 1],
      ['tools', 'fine', 2],
      ['netfilter', 'fine', 2],
      ['modules', 'fine', 2],
      ['disk', 'fine', 2],
      ['clock', 'fine', 1],
    ]);
  });

  it.each<[string, string, Needs, readonly string[]]>([
    ['no root', 'uid 1000', everything, ['trouble sudo: commands run with uid 1000, not as root']],
    ['another init', 'systemd none', everything, ['trouble systemd: systemd does not run']],
    ['an old systemd', 'systemd 237', everything, ['warning systemd: systemd 237 is older than 245']],
    ['no ip', 'iproute2 none', everything, ['trouble iproute2: there is no program ip']],
    ['no sysctl', 'tool sysctl no', everything, ['trouble tools: programs are missing: sysctl']],
    [
      'no iptables and no nft, but marks',
      'netfilter iptables none',
      everything,
      ['trouble netfilter: there is no iptables or nft that works'],
    ],
    [
      'no nft where it is wanted',
      'netfilter nft none',
      { vlan: false, marks: 'yes', netfilter: 'nftables' },
      ['trouble netfilter: there is no nft that works'],
    ],
    ['nft beside iptables', 'netfilter nft nftables v1.0.6 (Lester Gooch #5)', everything, []],
    [
      'no module that iptables needs',
      'module xt_connmark no',
      everything,
      ['trouble modules: the kernel has no xt_connmark'],
    ],
    [
      'no iptables, perhaps marks',
      'netfilter iptables none',
      { vlan: true, marks: 'perhaps', netfilter: 'auto' },
      ['warning netfilter: there is no iptables or nft that works'],
    ],
    ['no iptables and no marks', 'netfilter iptables none', { vlan: true, marks: 'no', netfilter: 'auto' }, []],
    ['an iptables that names no variant', 'netfilter iptables iptables v1.6.1', everything, []],
    [
      'no VLANs',
      'module 8021q no',
      { vlan: true, marks: 'perhaps', netfilter: 'auto' },
      ['trouble modules: the kernel has no 8021q'],
    ],
    [
      'a kernel without a list of its modules',
      'module xt_connmark unknown',
      everything,
      ['warning modules: nobody can tell whether the kernel has xt_connmark'],
    ],
    ['a full disk', 'disk /etc 12', everything, ['trouble disk: /etc has 12 KiB left']],
    ['a read-only disk', 'disk /etc read-only', everything, ['trouble disk: /etc is read-only']],
    ['a clock ahead', 'clock 5000', everything, ['warning clock: 3997 s ahead of this machine']],
    ['a clock behind', 'clock 1', everything, ['warning clock: 1002 s behind this machine']],
  ])('judges %s', (_what, line, needs, expected) => {
    expect(verdicts(line, needs)).toEqual(expected);
  });

  it('takes nft where there is no iptables, and misses no module of iptables then', () => {
    const answers = [
      'netfilter iptables none',
      'netfilter nft nftables v1.0.6 (Lester Gooch #5)',
      'module xt_connmark no',
    ];
    const lines = [...good.filter((line) => !/^netfilter|xt_/.test(line)), ...answers];
    const checks = judgeCheckUp(
      lines.map((text) => ({ text, atMs: 100 })),
      { needs: everything, sentAtMs: 90, nowS: 1000 },
    );
    expect(checks.filter(({ verdict }) => verdict !== 'fine')).toEqual([]);
    expect(checks.find(({ step }) => step === 'netfilter')?.says).toBe('nft 1.0.6');
  });

  it.each<[Needs, readonly string[]]>([
    [everything, ['8021q', 'xt_connmark', 'xt_conntrack']],
    [{ vlan: true, marks: 'no', netfilter: 'auto' }, ['8021q']],
    [{ vlan: false, marks: 'yes', netfilter: 'nftables' }, ['nf_tables', 'nf_conntrack']],
    [{ vlan: false, marks: 'perhaps', netfilter: 'auto' }, ['xt_connmark', 'xt_conntrack']],
  ])('asks for the modules of %j', (needs, modules) => {
    expect(modulesFor(needs)).toEqual(modules);
  });

  it.each<[string, string, string, readonly string[]]>([
    ['no ip on Debian', 'debian debian 12 6.1.0-27-amd64', 'iproute2 none', ['iproute2']],
    ['no ip on RHEL', 'rhel rhel 9 5.14.0-427.el9.x86_64', 'iproute2 none', ['iproute']],
    ['no sysctl on Debian', 'debian debian 12 6.1.0-27-amd64', 'tool sysctl no', ['procps']],
    ['no sysctl on RHEL', 'rhel rhel 9 5.14.0-427.el9.x86_64', 'tool sysctl no', ['procps-ng']],
    ['no stat on RHEL', 'rhel rhel 9 5.14.0-427.el9.x86_64', 'tool stat no', ['coreutils']],
    ['no iptables on Debian', 'debian debian 12 6.1.0-27-amd64', 'netfilter iptables none', ['iptables']],
    ['no iptables on Rocky 8', 'rhel rocky 8 4.18.0-553.el8.x86_64', 'netfilter iptables none', ['iptables']],
    ['no iptables on Alma 9', 'rhel almalinux 9 5.14.0-427.el9.x86_64', 'netfilter iptables none', ['iptables-nft']],
    ['no iptables on Fedora', 'rhel fedora 41 6.11.4-301.fc41.x86_64', 'netfilter iptables none', ['iptables-nft']],
    [
      'no VLANs on Ubuntu',
      'ubuntu ubuntu 24 6.8.0-41-generic',
      'module 8021q no',
      ['linux-modules-extra-6.8.0-41-generic'],
    ],
    [
      'no VLANs on RHEL',
      'rhel rhel 9 5.14.0-427.el9.x86_64',
      'module 8021q no',
      ['kernel-modules-extra-5.14.0-427.el9.x86_64'],
    ],
    ['no VLANs on Debian, whose kernels have all modules', 'debian debian 12 6.1.0', 'module 8021q no', []],
    ['no ip on what nobody knows', 'unknown alpine 3 6.6.0', 'iproute2 none', []],
    ['nothing', 'debian debian 12 6.1.0', 'clock 1003', []],
  ])('knows the package where there is %s', (_what, system, changed, expected) => {
    const at = good.findIndex((line) => line.startsWith(`${changed.split(' ')[0]} `));
    const lines = [`system ${system}`, ...good.map((line, index) => (index === at ? changed : line))];
    const checks = judgeCheckUp(
      lines.map((text) => ({ text, atMs: 100 })),
      { needs: everything, sentAtMs: 90, nowS: 1003 },
    );
    expect(checks.flatMap(({ packages }) => packages)).toEqual(expected);
  });
});
