import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Diagnostic } from '../../src/domain/diagnostic.ts';
import { hostVars } from '../../src/inventory/host-vars.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { domainVariableNames } from '../../src/schema/domain-variables.ts';
import { hostSpec } from '../../src/schema/host-spec.ts';
import { inventorySchema, playbookJsonSchema, variablesSchema } from '../../src/schema/json-schema.ts';
import { fakeDisk } from '../inventory/fake-disk.ts';
import { yaml } from '../inventory/printed.ts';
import { wantsOf } from '../playbook/resolving.ts';

/** Printed with every run, so that a failure can be had again with SEED=…. */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`seed of the changed examples: ${seed}`);

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
const editor = {
  inventory: ajv.compile(inventorySchema()),
  variables: ajv.compile(variablesSchema()),
  playbook: ajv.compile(playbookJsonSchema()),
};

/** What an editor says of a file: it reads the YAML as YAML 1.2 says. */
const editorTakes = (of: keyof typeof editor, text: string): boolean => editor[of](parse(text));

/** The first error mlbroute has with an inventory and with what its hosts are to be; null where there is none. */
async function faultOf(text: string): Promise<Diagnostic | null> {
  const sources = { sources: ['i.yaml'], extraVars: [], vaultPasswordFile: null };
  const loaded = await loadInventory(sources, fakeDisk({ 'i.yaml': text }));
  if (!loaded.ok) return loaded.error.diagnostics.find(({ severity }) => severity === 'error') ?? null;
  for (const { name } of loaded.value.hosts) {
    const vars = hostVars(loaded.value, name, { wanted: domainVariableNames, decrypted: new Map() });
    if (!vars.ok) return vars.error.diagnostics[0] ?? null;
    const spec = hostSpec(vars.value);
    if (!spec.ok) return spec.error[0] ?? null;
  }
  return null;
}

const folder = new URL('../../inventories/', import.meta.url);
const examples = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

const network = '{ name: a, pools: [10.1.0.0/24], link: { parent: eth0, vlan: 5 }, gateway: 10.1.0.1 }';
/** An inventory of one host with one network, written differently. */
const withNetwork = (from: string, to: string) =>
  `all: { hosts: { n1: }, vars: { pod_cidrs: [10.2.0.0/16], networks: [${network.replace(from, to)}] } }\n`;
const withVariable = (variable: string) => `all: { hosts: { n1: { ${variable} } } }\n`;

describe('An editor with the JSON Schema of inventories', () => {
  it.each<readonly [string, string]>([
    ...examples,
    ['nothing but groups', 'all: { children: { a: , b: { hosts: n1 }, c: { children: a } } }\n'],
    ['references', withNetwork('vlan: 5', 'vlan: "{{ id }}"').replace('vars: {', 'vars: { id: 5,')],
    ['networks that are a reference', withVariable('mine: [], networks: "{{ mine }}"')],
    ['variables of other tools', withVariable('ansible_user: admin, k3s: { version: [1] }')],
    ['a host under two groups', 'all: { children: { a: { hosts: { n1: } }, b: { hosts: { n1: { x: 1 } } } } }\n'],
  ])('takes what mlbroute takes: %s', async (_, text) => {
    expect(await faultOf(text)).toBeNull();
    expect(editorTakes('inventory', text), JSON.stringify(editor.inventory.errors)).toBe(true);
  });

  it.each([
    ['an unknown key of a group', 'all: { hosts: { n1: }, var: {} }\n'],
    ['hosts as a list', 'all: { hosts: [n1] }\n'],
    ['children as a list', 'all: { children: [a] }\n'],
    ['vars that are text', 'all: { hosts: { n1: }, vars: text }\n'],
    ['a host that is a number', 'all: { hosts: { n1: 5 } }\n'],
    ['a group that is a list', 'all: []\n'],
    ['a list', '[]\n'],
    ['networks that are a mapping', withVariable('networks: {}')],
    ['networks that are text', withVariable('networks: public')],
    ['an unknown key of a network', withNetwork('gateway:', 'gatway:')],
    ['a network without a name', withNetwork('name: a, ', '')],
    ['a network without a link', withNetwork('link: { parent: eth0, vlan: 5 }, ', '')],
    ['pools that are none', withNetwork('[10.1.0.0/24]', '[]')],
    ['pools that are text', withNetwork('[10.1.0.0/24]', '10.1.0.0/24')],
    ['more networks than marks', withVariable(`networks: [${`${network}, `.repeat(32)}]`)],
    ['a VLAN id too high', withNetwork('vlan: 5', 'vlan: 4095')],
    ['a VLAN id that is text', withNetwork('vlan: 5', 'vlan: five')],
    ['an unknown key of a link', withNetwork('vlan: 5', 'vlan: 5, tag: 5')],
    ['a return path there is not', withNetwork('gateway:', 'return_path: marks, gateway:')],
    ['an rp_filter there is not', withNetwork('gateway:', 'rp_filter: 3, gateway:')],
    ['a loop guard that is no boolean', withNetwork('gateway:', 'loop_guard: 1, gateway:')],
    ['a table that is text', withNetwork('gateway:', 'table: main, gateway:')],
    ['a priority below zero', withNetwork('gateway:', 'priority: -1, gateway:')],
    ['pod_cidrs that are text', withVariable('pod_cidrs: 10.2.0.0/16')],
    ['a kube_proxy there is not', withVariable('kube_proxy: ebpf')],
    ['a netfilter there is not', withVariable('netfilter: nft')],
  ])('marks what mlbroute refuses: %s', async (_, text) => {
    expect(await faultOf(text)).not.toBeNull();
    expect(editorTakes('inventory', text)).toBe(false);
  });

  it.each([
    ['an undefined reference', withNetwork('vlan: 5', 'vlan: "{{ missing }}"')],
    ['a pool that is no network', withNetwork('10.1.0.0/24', '10.1.0.1/24')],
    ['a gateway that is no address', withNetwork('10.1.0.1', '10.1.0')],
    ['a range of hosts that does not end', 'all: { hosts: { "n[1:2": } }\n'],
  ])('cannot see, but mlbroute does: %s', async (_, text) => {
    expect(await faultOf(text)).not.toBeNull();
    expect(editorTakes('inventory', text)).toBe(true);
  });

  it('never marks what mlbroute takes, whatever single value of an example is another', {
    timeout: 60_000,
  }, async () => {
    const ends = { taken: 0, refused: 0 };
    const file = fc.constantFrom(...examples.map(([, text]) => text));
    await fc.assert(
      fc.asyncProperty(file, fc.nat(), change, async (text, where, how) => {
        const changed = JSON.stringify(changedAt(parse(text), where, how));
        const taken = (await faultOf(changed)) === null;
        ends[taken ? 'taken' : 'refused']++;
        if (taken) expect(editorTakes('inventory', changed), changed).toBe(true);
      }),
      { numRuns: 2_000, seed },
    );
    expect(Math.min(ends.taken, ends.refused)).toBeGreaterThan(100);
  });
});

describe('An editor with the JSON Schema of variables', () => {
  it('takes and marks the same as in an inventory', () => {
    expect(editorTakes('variables', `networks: [${network}]\nmine: 5\n`)).toBe(true);
    expect(editorTakes('variables', `networks: [${network.replace('name', 'nam')}]\n`)).toBe(false);
  });
});

const inventory = yaml`
  all:
    vars: { uplink: eth0, id: 5, ways: [{ to: 10.3.0.0/16 }], pod_cidrs: [10.2.0.0/16], networks: [] }
    hosts: { n1: }
`;
const play = (task: string) => `- hosts: all\n  tasks:\n    - ${task}\n`;

describe('An editor with the JSON Schema of playbooks', () => {
  it.each([
    ['each verb', play('metallb_l2:')],
    ['networks of the task', play(`metallb_l2: { networks: [${network}] }`)],
    ['a VLAN', play('vlan: { parent: "{{ uplink }}", id: "{{ id }}", mtu: 9000 }')],
    ['a route', play('route: { to: 10.3.0.0/16, dev: eth0, via: 10.9.0.1, onlink: true, table: 300 }')],
    ['a rule', play('rule: { priority: 900, fwmark: 0x100, table: main }')],
    ['a rule with a mask', play('rule: { priority: 900, fwmark: { value: 256, mask: 0xf00 }, table: 300 }')],
    ['a loop over a reference', play('{ loop: "{{ ways }}", route: { to: "{{ item.to }}", dev: eth0, table: 300 } }')],
    ['a condition', play('{ name: x, when: id == 5, vars: { a: 1 }, metallb_l2: }')],
    ['arguments that are a reference', play('{ vars: { a: { parent: eth0, id: 7 } }, vlan: "{{ a }}" }')],
    [
      'a file',
      play('file: { dest: /etc/a, content: x, owner: daemon, mode: "0600", validate: check %s, reload: [a, b] }'),
    ],
    ['marks', play('mark: { to: [10.1.0.0/16], iif: eth0, fwmark: { value: 256, mask: 256 } }')],
    ['a rule for both families', play('rule: { priority: 1500, family: both, iif: eth1, table: 300 }')],
    ['a chain for both families', play('iptables: { family: both, hook: INPUT, chain: A, rules: [-j RETURN] }')],
    ['a chain', play('iptables: { table: nat, hook: POSTROUTING, chain: A, rules: [-j RETURN] }')],
    ['a module', play('kernel_module: { name: br_netfilter }')],
    ['a unit', play('unit: { name: app, enabled: false, state: stopped }')],
    ['no tasks', '- { name: x, hosts: all, vars: , tasks: [] }\n'],
  ])('takes what mlbroute takes: %s', (_, text) => {
    expect(wantsOf(text, inventory, 'n1')).toMatchObject({ ok: true });
    expect(editorTakes('playbook', text), JSON.stringify(editor.playbook.errors)).toBe(true);
  });

  it.each([
    ['a mapping', 'hosts: all\n'],
    ['a play without hosts', '- tasks: []\n'],
    ['a play without tasks', '- hosts: all\n'],
    ['an unknown key of a play', '- { hosts: all, task: [], tasks: [] }\n'],
    ['a task that does nothing', play('name: x')],
    ['a task of two things', play('{ metallb_l2: , vlan: { parent: eth0, id: 5 } }')],
    ['a verb there is not', play('vlann: { parent: eth0, id: 5 }')],
    ['when as a list', play('{ when: [a], metallb_l2: }')],
    ['loop as a mapping', play('{ loop: {}, metallb_l2: }')],
    ['a VLAN without an id', play('vlan: { parent: eth0 }')],
    ['a VLAN id too high', play('vlan: { parent: eth0, id: 5000 }')],
    ['an unknown key of a route', play('route: { to: 10.3.0.0/16, dev: eth0, gw: 10.9.0.1, table: 300 }')],
    ['onlink that is a number', play('route: { to: 10.3.0.0/16, dev: eth0, via: 10.9.0.1, onlink: 1, table: 300 }')],
    ['a priority that is text', play('rule: { priority: low, to: 10.0.0.0/8, table: 300 }')],
    ['a route that is nothing', play('route:')],
    ['a file without a place', play('file: { content: x }')],
    ['a mode that is a number', play('file: { dest: /a, content: x, mode: 644 }')],
    ['an owner that is a number', play('template: { dest: /a, src: x, owner: 0 }')],
    ['a chain of a family there is not', play('iptables: { family: inet, hook: INPUT, chain: A, rules: [-j DROP] }')],
    ['a chain without rules', play('iptables: { hook: INPUT, chain: A, rules: [] }')],
    ['a hook there is not', play('iptables: { hook: INGRESS, chain: A, rules: [-j DROP] }')],
    ['a module as text', play('kernel_module: br_netfilter')],
    ['a unit that is restarted', play('unit: { name: app, state: restarted }')],
    ['a mark from nowhere', play('mark: { to: 10.1.0.0/16, fwmark: 1 }')],
  ])('marks what mlbroute refuses: %s', (_, text) => {
    expect(wantsOf(text, inventory, 'n1')).toMatchObject({ ok: false });
    expect(editorTakes('playbook', text)).toBe(false);
  });
});

type Change = { readonly kind: 'delete' | 'rename' | 'replace'; readonly value: unknown };
const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('delete', 'rename', 'replace', 'replace', 'replace'),
  value: fc.constantFrom<unknown>(null, true, 0, 7, -1, 4095, 2.5, 'text', 'auto', '10.1.0.1', [], ['x'], {}, { x: 1 }),
});

/** A copy of a value with one of the values within it changed. */
function changedAt(root: unknown, where: number, how: Change): unknown {
  const places: { readonly holder: { [key: string]: unknown }; readonly key: string }[] = [];
  const copy = structuredClone(root);
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      places.push({ holder: value as { [key: string]: unknown }, key });
      walk(inner);
    }
  };
  walk(copy);
  const place = places[where % places.length];
  if (place === undefined) return copy;
  const { holder, key } = place;
  if (how.kind !== 'replace' && !Array.isArray(holder)) {
    if (how.kind === 'rename') holder[`${key}x`] = holder[key];
    delete holder[key];
  } else holder[key] = how.value;
  return copy;
}
