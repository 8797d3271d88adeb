import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sourceText } from '../../src/inventory/inventory-text.ts';
import { mutatedOf } from '../inventory/mutated-text.ts';
import { yaml } from '../inventory/printed.ts';
import { wantsOf } from './resolving.ts';

/** Printed with every run, so that a failure can be had again with SEED=…. */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`seed of the mutated playbooks: ${seed}`);

const inventory = yaml`
  all:
    vars: { uplink: eth0, ways: [{ to: 10.3.0.0/16 }], pod_cidrs: [10.2.0.0/16] }
    children: { workers: { hosts: { n1: { storage: { vlan: 300, table: 300 } }, n2: } } }
`;

const templates = { 't.hbs': '{{#each ways}}{{to}} by {{../uplink}}\n{{/each}}' };

const playbooks: readonly (readonly [string, string])[] = [
  ['metallb_l2', '- hosts: all\n  tasks:\n    - metallb_l2: { networks: [] }\n'],
  [
    'loops and conditions',
    yaml`
      - name: Storage
        hosts: workers:!n2
        # what the storage people asked for; the ids are those of the switches in both halls
        vars: { a: "{{ storage.vlan }}", b: [1, two], notes: { hall: east, racks: [1, 2, 3, 4, 5], asked: by mail } }
        tasks:
          - name: The VLAN
            vlan: { parent: "{{ uplink }}", id: "{{ a }}", mtu: 9000 }
          - loop: "{{ ways }}"
            route: { to: "{{ item.to }}", via: 10.9.0.1, dev: "{{ uplink }}.300", onlink: true, table: "{{ storage.table }}" }
          - when: uplink == "eth0" && size(b) > 1 || has(storage.vlan)
            rule: { priority: 1500, from: 10.112.0.0/12, to: 10.16.0.0/12, table: "{{ storage.table }}" }
    `,
  ],
  [
    'blocks and anchors',
    yaml`
      - hosts: n1
        tasks:
          - &t
            name: |
              a text
            loop: [{ p: 900, m: 0x100 }, { p: 901, m: { value: 512, mask: 0xf00 } }]
            rule: &r { priority: "{{ item.p }}", fwmark: "{{ item.m }}", table: main }
          - { <<: *t, loop: [1], rule: { <<: *r, priority: 950, fwmark: 0x300 } }
    `,
  ],
  [
    'what a node has beside routing',
    yaml`
      - hosts: all
        tasks:
          - file: { dest: /etc/a, content: "of {{ uplink }}", owner: daemon, group: adm, mode: "0640", validate: [check, "%s"], reload: restart it }
          - template: { dest: /etc/t, src: t.hbs, validate: grep -q eth %s }
          - mark: { to: [10.20.0.0/16, "fd00:20::/64"], iif: "{{ uplink }}", fwmark: { value: 0x100, mask: 0x100 } }
          - iptables: { table: nat, hook: POSTROUTING, chain: EGRESS, rules: ["-o {{ uplink }} -j MASQUERADE"] }
          - iptables: { family: both, hook: INPUT, chain: GUARD, rules: [-s 10.0.0.0/8 -j RETURN, "-s fd00::/8 -j RETURN", -j DROP] }
          - rule: { priority: 1600, family: both, fwmark: 0x200, table: 320 }
          - kernel_module: { name: br_netfilter }
          - unit: { name: app.timer, enabled: true, state: stopped }
    `,
  ],
];

describe('Whatever is read as a playbook', () => {
  it.each(playbooks)('%s are right as they are', (_, text) => {
    expect(wantsOf(text, inventory, 'n1', templates)).toEqual({ ok: true, value: expect.anything() });
  });

  it('10,000 mutated ones are right or refused, and nothing throws or hangs', { timeout: 120_000 }, () => {
    const ends = { right: 0, refused: 0 };
    fc.assert(
      fc.property(mutatedOf(playbooks, { most: 2 }), ([, text]) => {
        const wants = wantsOf(sourceText(text), inventory, 'n1', templates);
        if (!wants.ok) expect(wants.error).toMatch(/^(p\.yaml|t\.hbs):\d+:\d+: error\[|^i\.yaml:\d+:\d+: error\[/m);
        ends[wants.ok ? 'right' : 'refused']++;
      }),
      { numRuns: 10_000, seed },
    );
    // A test that only ever saw one of them would not see much.
    expect(Math.min(ends.right, ends.refused)).toBeGreaterThan(300);
  });

  const loop = (items: string) => `- hosts: all\n  tasks:\n    - { loop: ${items}, metallb_l2: }\n`;
  it.each<[string, string]>([
    ['deep brackets', loop('['.repeat(10_000))],
    [
      'deep parentheses of a condition',
      `- hosts: all\n  tasks:\n    - { when: "${'('.repeat(20_000)}", metallb_l2: }\n`,
    ],
    [
      'a condition of ten thousand parts',
      `- hosts: all\n  tasks:\n    - { when: "${'a && '.repeat(10_000)}a", metallb_l2: }\n`,
    ],
    [
      'an alias bomb',
      `- hosts: all\n  vars:\n    a: &a [x, x]\n${Array.from({ length: 30 }, (_, i) => `    ${'a'.repeat(i + 2)}: &${'a'.repeat(i + 2)} [*${'a'.repeat(i + 1)}, *${'a'.repeat(i + 1)}]\n`).join('')}  tasks: []\n`,
    ],
    ['a key of all objects', '- hosts: all\n  __proto__: { tasks: [] }\n'],
    ['tabs for indentation', '- hosts: all\n\ttasks: []\n'],
    ['keys twice', '- hosts: all\n  hosts: all\n  tasks: []\n'],
  ])('%s are refused', (_, text) => {
    expect(wantsOf(text, inventory, 'n1', templates)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^p\.yaml:\d+/),
    });
  });

  it.each<[string, string]>([
    ['a byte order mark and CRLF', '\ufeff- hosts: all\r\n  tasks: []\r\n'],
    ['ten megabytes', `- hosts: all\n  vars: { v: "${'x'.repeat(10_000_000)}" }\n  tasks: []\n`],
    [
      'ten thousand tasks',
      `- hosts: all\n  tasks:\n${'    - { when: false, vlan: { parent: eth0, id: 5 } }\n'.repeat(10_000)}`,
    ],
  ])('%s are read', { timeout: 60_000 }, (_, text) => {
    expect(wantsOf(sourceText(text), inventory, 'n1', templates)).toEqual({ ok: true, value: expect.anything() });
  });
});
