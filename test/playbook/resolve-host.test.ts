import { describe, expect, it } from 'vitest';
import type { HostWants } from '../../src/tasks/host-wants.ts';
import { yaml } from '../inventory/printed.ts';
import { wantsOf } from './resolving.ts';

const inventory = yaml`
  all:
    vars:
      uplink: eth0
      vlan: 300
      pod_cidrs: [10.112.0.0/12]
      networks: [{ name: public, pools: [1.2.3.0/24], link: { device: eth1 }, gateway: 1.2.3.1 }]
      letters: [a, b]
      where: { rack: r1 }
      braces: !unsafe "{{ uplink }}"
      jinja: "{% if x %}"
    children:
      workers: { hosts: { n1: , n2: { uplink: bond0 } } }
      edge: { hosts: { e1: } }
`;

function wanted(playbook: string | null, host = 'n1'): HostWants {
  const wants = wantsOf(playbook, inventory, host);
  if (!wants.ok) throw new Error(wants.error);
  if (wants.value === null) throw new Error(`no play has ${host}`);
  return wants.value;
}

/** The names of the VLANs that one task makes on a host: short to write, and whatever else a task has can be seen by them. */
const vlansOf = (task: string, host = 'n1', play = '') =>
  wanted(`- hosts: all\n${play}  tasks:\n    - ${task}\n`, host).declared.map((each) =>
    each.kind === 'vlan' ? each.link.name : each.kind,
  );

describe('What a playbook asks for on a host', () => {
  it('is its networks where there is no playbook', () => {
    const { spec, declared } = wanted(null);
    expect(spec.networks.map(({ name }) => name)).toEqual(['public']);
    expect(spec.podCidrs).toEqual(['10.112.0.0/12']);
    expect(declared).toEqual([]);
  });

  it('is no network where no task asks for them, though all else that the variables say of the host', () => {
    const { spec } = wanted('- hosts: all\n  tasks: []\n');
    expect(spec.networks).toEqual([]);
    expect(spec.podCidrs).toEqual(['10.112.0.0/12']);
  });

  it('is nothing at all where no play has it', () => {
    expect(wantsOf('- hosts: edge\n  tasks: []\n', inventory, 'n1')).toEqual({ ok: true, value: null });
  });

  it('is what all plays that have it ask for, in their order', () => {
    const plays = yaml`
      - hosts: workers
        tasks:
          - metallb_l2:
      - hosts: all:!e1
        tasks:
          - vlan: { parent: "{{ uplink }}", id: "{{ vlan }}" }
          - route: { to: 10.20.0.0/16, via: 10.9.0.1, dev: "{{ uplink }}.{{ vlan }}", onlink: true, table: 300 }
          - rule: { priority: 1500, from: 10.112.0.0/12, to: 10.20.0.0/16, table: 300 }
          - rule: { priority: 1400, to: 10.112.0.0/12, fwmark: 0x100, table: main }
    `;
    const { spec, declared } = wanted(plays, 'n2');
    expect(spec.networks).toHaveLength(1);
    expect(declared.map(({ at, ...each }) => ({ ...each, line: at.line }))).toEqual([
      { kind: 'vlan', link: { parent: 'bond0', id: 300, name: 'bond0.300', mtu: null }, line: 6 },
      {
        kind: 'route',
        route: {
          ...{ family: 'ipv4', table: 300, destination: '10.20.0.0/16', device: 'bond0.300' },
          ...{ type: 'gateway', gateway: '10.9.0.1', onlink: true },
        },
        line: 7,
      },
      {
        kind: 'rule',
        rules: [
          {
            ...{ family: 'ipv4', priority: 1500, from: '10.112.0.0/12', to: '10.20.0.0/16' },
            ...{ iif: null, fwmark: null, table: 300 },
          },
        ],
        line: 8,
      },
      {
        kind: 'rule',
        rules: [
          {
            ...{ family: 'ipv4', priority: 1400, from: null, to: '10.112.0.0/12', iif: null },
            ...{ fwmark: { value: 0x100, mask: 0x1f00 }, table: 254 },
          },
        ],
        line: 9,
      },
    ]);
  });

  it.each<[string, string, readonly string[], string?]>([
    ['once where nothing else is said', 'vlan: { parent: eth0, id: 3 }', ['eth0.3']],
    ['where its condition holds', '{ when: uplink == "eth0", vlan: { parent: eth0, id: 3 } }', ['eth0.3']],
    ['not where its condition does not hold', '{ when: uplink == "eth0", vlan: { parent: eth0, id: 3 } }', [], 'n2'],
    ['by numbers in a condition', '{ when: vlan / 2 == 150 && vlan > 5, vlan: { parent: eth0, id: 3 } }', ['eth0.3']],
    ['by its groups', `{ when: '"edge" in group_names', vlan: { parent: eth0, id: 3 } }`, []],
    ['by its name', '{ when: inventory_hostname == "n1", vlan: { parent: eth0, id: 3 } }', ['eth0.3']],
    [
      'by a key of a list of mappings',
      '{ when: \'networks[0].name == "public"\', vlan: { parent: eth0, id: 3 } }',
      ['eth0.3'],
    ],
    [
      'by a key that is not there',
      '{ when: "!has(where.room) && has(where.rack)", vlan: { parent: eth0, id: 3 } }',
      ['eth0.3'],
    ],
    ['never by false', '{ when: false, vlan: { parent: "{{ nothing }}", id: 3 } }', []],
    ['for each item', '{ loop: [1, 2], vlan: { parent: "{{ uplink }}", id: "{{ item }}" } }', ['eth0.1', 'eth0.2']],
    ['for each item of a variable', '{ loop: "{{ letters }}", vlan: { parent: eth0, id: 3, name: x } }', ['x', 'x']],
    [
      'for the items whose condition holds',
      '{ loop: [1, 2], when: item > 1, vlan: { parent: eth0, id: "{{ item }}" } }',
      ['eth0.2'],
    ],
    ['for items with parts', '{ loop: [{ id: 4 }], vlan: { parent: eth0, id: "{{ item.id }}" } }', ['eth0.4']],
    ['not for an empty list', '{ loop: [], vlan: { parent: eth0, id: 3 } }', []],
    ['with its own variables', '{ vars: { vlan: 7 }, vlan: { parent: eth0, id: "{{ vlan }}" } }', ['eth0.7']],
    [
      'with variables that refer to others',
      '{ vars: { up: "{{ uplink }}" }, vlan: { parent: "{{ up }}", id: 3 } }',
      ['bond0.3'],
      'n2',
    ],
    ['whatever Jinja other variables hold', '{ when: vlan == 300, vlan: { parent: eth0, id: 3 } }', ['eth0.3']],
  ])('counts %s', (_, task, expected, host) => {
    expect(vlansOf(task, host)).toEqual(expected);
  });

  it('takes variables of the play over those of the host, and those of the task over both', () => {
    const task = 'vlan: { parent: "{{ uplink }}", id: 3 }';
    expect(vlansOf(task, 'n2', '  vars: { uplink: br0 }\n')).toEqual(['br0.3']);
    expect(vlansOf(`{ vars: { uplink: br1 }, ${task} }`, 'n2', '  vars: { uplink: br0 }\n')).toEqual(['br1.3']);
  });

  it('does not expand an item twice', () => {
    const task = '{ loop: ["{{ braces }}"], when: \'item.startsWith("{")\', vlan: { parent: eth0, id: 3 } }';
    expect(vlansOf(task)).toEqual(['eth0.3']);
  });

  it('takes keys of metallb_l2 over variables, which they may refer to by their own names', () => {
    const { spec } = wanted(
      '- hosts: all\n  tasks:\n    - metallb_l2: { networks: "{{ networks }}", kube_proxy: ipvs }\n',
    );
    expect(spec.networks).toHaveLength(1);
    expect(spec.kubeProxy).toBe('ipvs');
    expect(spec.podCidrs).toEqual(['10.112.0.0/12']);
  });

  it('is the same when it is asked for twice', () => {
    const { spec, declared } = wanted(
      '- hosts: all\n  tasks:\n    - metallb_l2:\n    - metallb_l2:\n    - { loop: [1, 1], vlan: { parent: eth0, id: 3 } }\n',
    );
    expect(spec.networks).toHaveLength(1);
    expect(declared).toHaveLength(2);
  });
});
