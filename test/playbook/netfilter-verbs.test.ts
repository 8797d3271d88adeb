import { describe, expect, it } from 'vitest';
import { wantedState } from '../../src/tasks/wanted-state.ts';
import { hostFacts, iface } from '../tasks/example-host.ts';
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
    ['mark: { to: fd00::/64, iif: eth1, fwmark: 0x100 }', 'error[ipv6-unsupported]'],
    ['mark: { to: 10.1.0.0/16, fwmark: 0x100 }', 'error[missing]: mark has no "iif"'],
    ['mark: { to: 10.1.0.0/16, iif: eth1, fwmark: 0x100000000 }', 'error[mark-range]'],
    ['mark: { to: everywhere, iif: eth1, fwmark: 0x100 }', 'p.yaml:3:'],
  ])('is refused as %s', (task, expected) => {
    expect(declared(task)).toContain(expected);
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
        chain: {
          ...{ family: 'ipv4', table: 'filter', name: 'MLBROUTE-GUARD', hook: 'FORWARD' },
          rules: ['-s 10.0.0.0/8 -j RETURN', '! -i eth0 -j DROP'],
        },
      },
    ]);
  });

  it.each([
    ['{ hook: PREROUTING, chain: A, rules: [-j DROP] }', 'error[chain-hook]: filter has no PREROUTING'],
    [
      '{ table: mangle, hook: OUTPUT, chain: OUTPUT, rules: [-j RETURN] }',
      'error[chain-name]: mlbroute has a chain OUTPUT of its own',
    ],
    ['{ hook: INPUT, chain: lower, rules: [-j DROP] }', 'chain is up to 19 capital letters'],
    ['{ hook: INPUT, chain: A, rules: [] }', 'p.yaml:3:'],
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
      'error[task-clash]: chain MLBROUTE-A of filter is already declared in another way at p.yaml:3:7',
    );
  });

  it('needs iptables on the host', () => {
    const wants = wantsOf(
      '- hosts: all\n  tasks:\n    - iptables: { hook: INPUT, chain: A, rules: [-j RETURN] }\n',
      inventory,
      'n1',
    );
    if (!wants.ok || wants.value === null) throw new Error('no wants');
    const state = (iptables: 'legacy' | null) =>
      wantedState(wants.value ?? missing(), hostFacts({ iptables, interfaces: [iface('eth0')] }), null);
    expect(state('legacy')).toMatchObject({ ok: true });
    expect(state(null)).toMatchObject({
      ok: false,
      error: [{ message: 'p.yaml:3:7: iptables: the host has no iptables' }],
    });
  });
});

function missing(): never {
  throw new Error('no wants');
}
