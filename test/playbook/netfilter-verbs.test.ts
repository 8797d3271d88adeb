import { describe, expect, it } from 'vitest';
import { wantedState } from '../../src/tasks/wanted-state.ts';
import { hostFacts, iface, must } from '../tasks/example-host.ts';
import { wantsOf } from './resolving.ts';

const inventory = 'all:\n  vars: { pod_cidrs: [10.112.0.0/12] }\n  hosts:\n    n1:\n';

/** What tasks declare for a host, or the errors as a user sees them. */
function declared(...tasks: readonly string[]) {
  const wants = wantsOf(`- hosts: all\n  tasks:\n${tasks.map((task) => `    - ${task}\n`).join('')}`, inventory, 'n1');
  return wants.ok ? (wants.value?.declared ?? []).map(({ at: _at, ...each }) => each) : wants.error;
}

describe('A mark of a playbook', () => {
  it('is for each network', () => {
    expect(declared('mark: { to: [10.1.0.0/16, 10.2.0.0/16], iif: eth1, fwmark: 0x100 }')).toEqual([
      {
        kind: 'mark',
        marks: ['10.1.0.0/16', '10.2.0.0/16'].map((to) => ({
          to,
          iif: 'eth1',
          fwmark: { value: 0x100, mask: 0x1f00 },
        })),
      },
    ]);
  });

  it.each([
    ['mark: { to: 10.1.0.0/16, fwmark: 0x100 }', 'error[missing]: mark has no "iif"'],
    ['mark: { to: 10.1.0.0/16, iif: eth1, fwmark: 0x100000000 }', 'error[mark-range]'],
    ['mark: { to: everywhere, iif: eth1, fwmark: 0x100 }', 'p.yaml:3:'],
  ])('is refused as %s', (task, expected) => {
    expect(declared(task)).toContain(expected);
  });

  it('is for networks of both families', () => {
    expect(declared('mark: { to: [10.1.0.0/16, "fd00:1::/64"], iif: eth1, fwmark: 0x100 }')).toMatchObject([
      { marks: [{ to: '10.1.0.0/16' }, { to: 'fd00:1::/64' }] },
    ]);
  });

  it.each([
    ['iptables', ['ipv4', 'ipv6'], undefined],
    ['nftables', ['ipv4'], 'nft'],
  ] as const)('has the chains of each by %s', (netfilter, families, tool) => {
    const { chains } = stateWith({ netfilter }, 'mark: { to: [10.1.0.0/16, "fd00:1::/64"], iif: eth1, fwmark: 0x100 }');
    const restore =
      '-m conntrack --ctdir REPLY -m connmark --mark 0x100/0x1f00 -j CONNMARK --restore-mark --nfmask 0x1f00 --ctmask 0x1f00';
    const set = (to: string) => `-d ${to} -i eth1 -m conntrack --ctdir ORIGINAL -j CONNMARK --set-xmark 0x100/0x1f00`;
    const wanted = (family: 'ipv4' | 'ipv6', ...to: readonly string[]) =>
      [
        { name: 'MLBROUTE-MARKS', hook: 'PREROUTING', rules: [...to.map(set), restore] },
        { name: 'MLBROUTE-MARKS-OUTPUT', hook: 'OUTPUT', rules: [restore] },
      ].map((chain) => ({ family, table: 'mangle', ...chain, ...(tool === undefined ? {} : { tool }) }));
    expect(chains).toEqual(
      tool === 'nft'
        ? wanted('ipv4', '10.1.0.0/16', 'fd00:1::/64')
        : families.flatMap((family) => wanted(family, family === 'ipv4' ? '10.1.0.0/16' : 'fd00:1::/64')),
    );
  });

  it.each(['iptables', 'nftables'])(
    'of all that comes in names no address to %s but where it tells the family',
    (netfilter) => {
      const task = 'mark: { to: [0.0.0.0/0, "::/0"], iif: eth1, fwmark: 0x200 }';
      const { chains } = must(wantedOn({ programs: ['nft'] }, { netfilter }, [task])).state;
      const sets = chains.flatMap(({ rules }) => rules.filter((rule) => rule.includes('--set-xmark')));
      const rule = '-i eth1 -m conntrack --ctdir ORIGINAL -j CONNMARK --set-xmark 0x200/0x1f00';
      expect(sets).toEqual(netfilter === 'iptables' ? [rule, rule] : [`-d 0.0.0.0/0 ${rule}`, `-d ::/0 ${rule}`]);
    },
  );

  it.each<[string, object, object, string]>([
    ['has no IPv6', { hasIpv6: false }, {}, 'mark: the host’s kernel has no IPv6'],
    [
      'has neither iptables nor nft',
      { iptables: null },
      {},
      'mark: mark needs iptables or nft, which the host has not',
    ],
    [
      'has no ip6tables',
      { netfilterFaults: { ip6tables: 'it is not there' } },
      {},
      'mark: mark needs ip6tables for IPv6, which the host has not',
    ],
    [
      'has no nft where that is to be used',
      { programs: ['iptables'] },
      { netfilter: 'nftables' },
      'mark: mark by netfilter: nftables needs nft, which the host has not',
    ],
  ])('is refused on a host that %s', (_, facts, vars, message) => {
    expect(refused(facts, vars, 'mark: { to: "fd00:1::/64", iif: eth1, fwmark: 0x100 }')).toEqual([
      `p.yaml:3:7: ${message}`,
    ]);
  });

  it('is had once for a network by an interface', () => {
    const mark = (value: string) => `mark: { to: 10.1.0.0/16, iif: eth1, fwmark: ${value} }`;
    expect(declared(mark('0x100'), mark('0x200'))).toContain(
      'error[task-clash]: mark of requests to 10.1.0.0/16 by eth1 is already declared in another way at p.yaml:3:7',
    );
    expect(declared(mark('0x100'), mark('0x100'))).toHaveLength(2);
  });
});

describe('A chain of a playbook', () => {
  it('is called as it says, with a name of its own', () => {
    expect(
      declared('iptables: { hook: FORWARD, chain: GUARD, rules: [-s 10.0.0.0/8 -j RETURN, "! -i eth0 -j DROP"] }'),
    ).toEqual([
      {
        kind: 'iptables',
        chains: [
          {
            ...{ family: 'ipv4', table: 'filter', name: 'MLBROUTE-GUARD', hook: 'FORWARD' },
            rules: ['-s 10.0.0.0/8 -j RETURN', '! -i eth0 -j DROP'],
          },
        ],
      },
    ]);
  });

  it.each<[string, string, readonly (readonly [string, ...string[]])[]]>([
    ['IPv4 where nothing tells', '[-j DROP]', [['ipv4', '-j DROP']]],
    ['the family of its addresses', '[-s fd00::/8 -j RETURN, -j DROP]', [['ipv6', '-s fd00::/8 -j RETURN', '-j DROP']]],
    ['the family of its protocols', '[-p ipv6-icmp -j RETURN]', [['ipv6', '-p ipv6-icmp -j RETURN']]],
    ['IPv6 where that is said', '[-j DROP], family: ipv6', [['ipv6', '-j DROP']]],
    [
      'both, with each rule for its own',
      '[-s 10.0.0.0/8 -j RETURN, -s fd00::/8 -j RETURN, -p tcp -j DROP], family: both',
      [
        ['ipv4', '-s 10.0.0.0/8 -j RETURN', '-p tcp -j DROP'],
        ['ipv6', '-s fd00::/8 -j RETURN', '-p tcp -j DROP'],
      ],
    ],
    ['one of both that has any rule', '[-s fd00::/8 -j RETURN], family: both', [['ipv6', '-s fd00::/8 -j RETURN']]],
  ])('is for %s', (_, keys, expected) => {
    expect(declared(`iptables: { hook: INPUT, chain: A, rules: ${keys} }`)).toMatchObject([
      { chains: expected.map(([family, ...rules]) => ({ family, name: 'MLBROUTE-A', rules })) },
    ]);
  });

  it('may be declared for each family by a task of its own', () => {
    const chain = (family: string) => `iptables: { family: ${family}, hook: INPUT, chain: A, rules: [-j DROP] }`;
    expect(declared(chain('ipv4'), chain('ipv6'))).toHaveLength(2);
    expect(declared(chain('both'), chain('ipv6'))).toHaveLength(2);
  });

  it('is told at the rule that is of another family', () => {
    expect(declared('iptables: { hook: INPUT, chain: A, rules: [-s 10.0.0.0/8 -j DROP, -s fd00::/8 -j DROP] }')).toBe(
      [
        'p.yaml:3:73: error[family]: fd00::/8 is IPv6, and the chain is for IPv4',
        '          - iptables: { hook: INPUT, chain: A, rules: [-s 10.0.0.0/8 -j DROP, -s fd00::/8 -j DROP] }',
        `${' '.repeat(78)}^ hint: family: both is for both, with each rule for its own`,
      ].join('\n'),
    );
  });

  it.each([
    ['{ hook: PREROUTING, chain: A, rules: [-j DROP] }', 'error[chain-hook]: filter has no PREROUTING'],
    [
      '{ table: mangle, hook: OUTPUT, chain: OUTPUT, rules: [-j RETURN] }',
      'error[chain-name]: mlbroute has a chain OUTPUT of its own',
    ],
    ['{ hook: INPUT, chain: lower, rules: [-j DROP] }', 'chain is up to 19 capital letters'],
    ['{ hook: INPUT, chain: A, rules: [] }', 'p.yaml:3:'],
    [
      '{ family: ipv6, hook: INPUT, chain: A, rules: [-p icmp -j DROP] }',
      'error[family]: icmp is IPv4, and the chain is for IPv6',
    ],
    [
      '{ family: ipv4, hook: INPUT, chain: A, rules: [-s fd00::1/128 -j DROP] }',
      'error[family]: fd00::1/128 is IPv6, and the chain is for IPv4',
    ],
    [
      '{ family: both, hook: INPUT, chain: A, rules: [-s 10.0.0.0/8 -d fd00::/8 -j DROP] }',
      'error[family]: fd00::/8 is IPv6, but 10.0.0.0/8 is IPv4: no packet is both',
    ],
    [
      '{ family: inet, hook: INPUT, chain: A, rules: [-j DROP] }',
      'p.yaml:3:27: error[value]: iptables.family must be one of ipv4, ipv6, both',
    ],
    ['{ hook: INPUT, chain: A, rules: [DROP] }', 'error[chain-rule]: "DROP" is no rule of a chain'],
    [
      '{ hook: INPUT, chain: A, rules: [-A INPUT -j DROP] }',
      'error[chain-rule]: "-A INPUT -j DROP" is no rule of a chain',
    ],
    ['{ hook: INPUT, chain: A, rules: [-t nat -j DROP] }', 'error[chain-rule]'],
    ['{ hook: INPUT, chain: A, rules: ["-j DROP\\n-A INPUT -j DROP"] }', 'error[chain-rule]'],
  ])('is refused as %s', (keys, expected) => {
    expect(declared(`iptables: ${keys}`)).toContain(expected);
  });

  it('may have a comment with any words', () => {
    const rule = '-m comment --comment "was -A INPUT" -j RETURN';
    expect(declared(`iptables: { hook: INPUT, chain: A, rules: ['${rule}'] }`)).toHaveLength(1);
  });

  it('is declared whole by one task', () => {
    const chain = (rule: string) => `iptables: { hook: INPUT, chain: A, rules: [${rule}] }`;
    expect(declared(chain('-j DROP'), chain('-j RETURN'))).toContain(
      'error[task-clash]: ipv4 chain MLBROUTE-A of filter is already declared in another way at p.yaml:3:7',
    );
  });

  it.each([{}, { netfilter: 'nftables' }])('needs iptables on the host with %j', (vars) => {
    const task = 'iptables: { hook: INPUT, chain: A, rules: [-j RETURN] }';
    expect(refused({ iptables: 'legacy' }, vars, task)).toEqual([]);
    expect(refused({ iptables: null }, vars, task)).toEqual(['p.yaml:3:7: iptables: the host has no iptables']);
  });

  it('of IPv6 needs ip6tables on the host', () => {
    const faults = { netfilterFaults: { ip6tables: 'it is not there' } };
    const task = (family: string) => `iptables: { family: ${family}, hook: INPUT, chain: A, rules: [-j RETURN] }`;
    expect(refused(faults, {}, task('ipv4'))).toEqual([]);
    expect(refused(faults, {}, task('both'))).toEqual(['p.yaml:3:7: iptables: the host has no ip6tables']);
  });

  it('of IPv6 needs IPv6 on the host', () => {
    const task = 'iptables: { family: both, hook: INPUT, chain: A, rules: [-j RETURN] }';
    expect(refused({ hasIpv6: false }, {}, task)).toEqual(['p.yaml:3:7: iptables: the host’s kernel has no IPv6']);
  });
});

describe('A rule of a playbook', () => {
  const rule = (keys: string) => declared(`rule: { priority: 1500, table: 300, ${keys} }`);
  const families = (keys: string) => {
    const each = rule(keys);
    return typeof each === 'string' ? each : each.flatMap((one) => (one.kind === 'rule' ? one.rules : []));
  };

  it.each<[string, readonly object[]]>([
    ['fwmark: 0x100', [{ family: 'ipv4', from: null }]],
    ['fwmark: 0x100, family: ipv6', [{ family: 'ipv6', from: null }]],
    ['iif: eth1, family: both', [{ family: 'ipv4' }, { family: 'ipv6' }]],
    ['from: "fd00::/8"', [{ family: 'ipv6', from: 'fd00::/8' }]],
    ['from: "fd00::/8", family: ipv6', [{ family: 'ipv6', from: 'fd00::/8' }]],
    ['from: "::/0", iif: eth1', [{ family: 'ipv6', from: null }]],
  ])('with %s is for its family', (keys, expected) => {
    expect(families(keys)).toMatchObject(expected);
  });

  it.each([
    ['from: 10.0.0.0/8, family: both', 'error[family]: 10.0.0.0/8 is IPv4: the rule cannot be for both'],
    ['to: "fd00::/8", family: ipv4', 'error[family]: fd00::/8 is IPv6: the rule cannot be for IPv4'],
    ['from: "::/0"', 'error[rule-all]'],
    ['from: 10.0.0.0/8, to: "fd00::/8", family: ipv4', 'error[family]: IPv4 and IPv6 do not go together'],
  ])('is refused with %s', (keys, expected) => {
    expect(rule(keys)).toContain(expected);
  });
});

describe('A route of a playbook', () => {
  it.each([
    ['to: "fd00::/8", dev: eth1', { family: 'ipv6', destination: 'fd00::/8', type: 'link' }],
    ['to: default, via: "fe80::1", dev: eth1', { family: 'ipv6', destination: 'default', gateway: 'fe80::1' }],
    ['to: "::/0", via: "fe80::1", dev: eth1', { family: 'ipv6', destination: 'default' }],
    ['to: 0.0.0.0/0, via: 10.9.0.1, dev: eth1', { family: 'ipv4', destination: 'default' }],
  ])('with %s is for the family of its addresses', (keys, route) => {
    expect(declared(`route: { ${keys}, table: 300 }`)).toMatchObject([{ route }]);
  });
});

describe('A VLAN of a playbook', () => {
  const vlan = 'vlan: { parent: eth0, id: 300 }';
  it.each<[string, true | undefined, readonly string[]]>([
    ['a route of IPv6 leads over it', true, ['route: { to: "fd00::/8", dev: eth0.300, table: 300 }']],
    ['a rule of IPv6 is about it', true, ['rule: { priority: 1500, iif: eth0.300, table: 300, family: both }']],
    ['a mark of IPv6 is about it', true, ['mark: { to: "fd00::/64", iif: eth0.300, fwmark: 0x100 }']],
    ['only IPv4 is', undefined, ['route: { to: 10.0.0.0/8, dev: eth0.300, table: 300 }']],
    ['IPv6 goes elsewhere', undefined, ['route: { to: "fd00::/8", dev: eth0, table: 300 }']],
  ])('speaks IPv6 or not where %s', (_, ipv6, tasks) => {
    const { links, sysctls } = stateWith({}, vlan, ...tasks);
    expect(links.map((link) => link.ipv6)).toEqual([ipv6]);
    expect(sysctls.map(({ key }) => key)).toEqual(
      ipv6 === true ? ['net/ipv6/conf/eth0.300/accept_ra', 'net/ipv6/conf/eth0.300/disable_ipv6'] : [],
    );
  });

  it('listens to routers where a task says so', () => {
    const route = 'route: { to: "fd00::/8", dev: eth0.300, table: 300 }';
    const listen = 'sysctl: { name: net/ipv6/conf/eth0.300/accept_ra, value: 2 }';
    expect(stateWith({}, vlan, route, listen).sysctls).toMatchObject([{ value: '2' }, { value: '0' }]);
  });
});

/** A host with eth0, eth1, the variables and what tasks declare. */
function wantedOn(facts: object, vars: object, tasks: readonly string[]) {
  const text = `all:\n  vars: ${JSON.stringify({ pod_cidrs: ['10.112.0.0/12'], ...vars })}\n  hosts:\n    n1:\n`;
  const playbook = `- hosts: all\n  tasks:\n${tasks.map((task) => `    - ${task}\n`).join('')}`;
  const wants = must(wantsOf(playbook, text, 'n1'));
  if (wants === null) throw new Error('no wants');
  return wantedState(
    wants,
    hostFacts({
      interfaces: [iface('eth0'), iface('eth1')],
      networkFileOf: { eth0: '/run/a.network', eth1: '/run/b.network' },
      ...facts,
    }),
    null,
  );
}

function stateWith(vars: object, ...tasks: readonly string[]) {
  return must(wantedOn({ programs: ['nft'] }, vars, tasks)).state;
}

function refused(facts: object, vars: object, ...tasks: readonly string[]): readonly string[] {
  const state = wantedOn(facts, vars, tasks);
  return state.ok ? [] : state.error.map((failure) => ('message' in failure ? failure.message : failure.kind));
}
