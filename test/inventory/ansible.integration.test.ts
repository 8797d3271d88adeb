import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listInventory } from '../../src/inventory/list-inventory.ts';
import { readLiteral } from '../../src/inventory/python-literal.ts';
import { splitPythonWords } from '../../src/inventory/python-words.ts';
import { readInventory } from '../../src/inventory/read-inventory.ts';
import { selectHosts } from '../../src/inventory/select-hosts.ts';
import { type Ansible, type AnsibleInventory, type InventoryFiles, startAnsible, withFiles } from './ansible.ts';
import { deviations } from './deviations.ts';
import {
  type GeneratedInventory,
  generatedInventory,
  hostLineValues,
  varsSectionValues,
  yamlValues,
} from './generated-inventory.ts';
import { literalText, literalValue } from './generated-literal.ts';
import { yaml } from './printed.ts';

let ansible: Ansible;
beforeAll(async () => {
  ansible = await startAnsible();
});
afterAll(() => ansible.close());

/** Printed with every run, so that a failure can be had again with SEED=…. */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`seed of the comparison with Ansible: ${seed}`);

/** What we make of the files of an inventory, in the form of the oracle; or our diagnostics. */
async function ours({ sources, extra = [], patterns = [] }: InventoryFiles, folder: string) {
  const read = await readInventory({
    sources: sources.map((source) => (source.includes(',') ? source : join(folder, source))),
    extraVars: extra.map((each) => (each.startsWith('@') ? `@${join(folder, each.slice(1))}` : each)),
    vaultPasswordFile: null,
  });
  if (!read.ok) return { ok: false, error: read.error.diagnostics } as const;
  const inventory = read.value;
  const { _meta } = listInventory(inventory, inventory.hosts, 'show');
  const groups = [...inventory.groups.values()].map(({ name, hosts, children, depth, priority }) => [
    name,
    { hosts, children, depth, priority },
  ]);
  const selected = patterns.map((pattern) => {
    const hosts = selectHosts(inventory, pattern);
    return [
      pattern,
      hosts.ok ? hosts.value.map(({ name }) => String(name)) : hosts.error.map(({ code }) => code),
    ] as const;
  });
  return {
    ok: true,
    value: JSON.parse(
      JSON.stringify({
        groups: Object.fromEntries(groups),
        vars: (_meta as { hostvars: object }).hostvars,
        order: inventory.hosts.map(({ name }) => name),
        groupNames: Object.fromEntries(inventory.hosts.map(({ name, groups: its }) => [name, its])),
      }),
    ) as Omit<AnsibleInventory, 'patterns'>,
    patterns: Object.fromEntries(selected) as { readonly [pattern: string]: readonly string[] },
  } as const;
}

let compared = 0;

async function compare(generated: GeneratedInventory): Promise<void> {
  await withFiles(generated.files, async (folder) => {
    const mine = await ours(generated, folder);
    const theirs = await ansible.inventory(generated, folder);
    if ('error' in theirs && !mine.ok) return;
    // An inventory without hosts is an error here: there is nothing that could be done with it.
    const isEmpty = 'order' in theirs && theirs.order.length === 0;
    if (
      isEmpty &&
      !mine.ok &&
      mine.error.every(({ code, severity }) => severity === 'warning' || code === 'inventory-empty')
    )
      return;
    if ('error' in theirs) throw new Error(`only Ansible fails: ${theirs.error}`);
    if (!mine.ok) throw new Error(`only mlbroute fails: ${JSON.stringify(mine.error, null, 1)}`);
    compared++;
    const { patterns, ...inventory } = theirs;
    expect(mine.value).toEqual(inventory);
    for (const { text, terms } of generated.patternTerms) {
      const hosts = mine.patterns[text] ?? [];
      const found = hostsOf(patterns[text]);
      // A term that matches nobody, and a limit that leaves nobody, are errors here.
      if (hosts.includes('limit-unmatched'))
        expect(terms.some((term) => hostsOf(patterns[term]).length === 0)).toBe(true);
      else if (hosts.includes('limit-ambiguous')) expect(text).toContain('[1-2]');
      else if (hosts.includes('limit-empty')) expect(found).toEqual([]);
      else expect([text, [...hosts].sort()]).toEqual([text, [...found].sort()]);
    }
  });
}

function hostsOf(answer: AnsibleInventory['patterns'][string] | undefined): readonly string[] {
  return Array.isArray(answer) ? answer : [];
}

describe('Against Ansible', () => {
  it('2,000 inventories have the same hosts, groups, variables and limits', { timeout: 600_000 }, async () => {
    await fc.assert(fc.asyncProperty(generatedInventory, compare), { numRuns: 2200, seed, endOnFailure: true });
    // The others are refused by both.
    expect(compared).toBeGreaterThanOrEqual(2000);
  });

  it('20,000 texts are the same Python literals', async () => {
    const texts = fc.sample(fc.oneof(literalText, literalValue), { numRuns: 20_000, seed });
    const theirs = await ansible.literals([...texts, ...hostLineValues, ...varsSectionValues]);
    for (const [i, text] of [...texts, ...hostLineValues, ...varsSectionValues].entries()) {
      const mine = readLiteral(text);
      const answer = theirs[i] ?? { text: true };
      // What JSON cannot hold may be refused or stay text; Ansible fails over it later, or prints nonsense.
      if ('refused' in answer) expect([text, mine.kind]).not.toEqual([text, 'literal']);
      else if (mine.kind === 'refused') expect(['value' in answer, text]).toEqual([true, text]);
      else
        expect([text, mine.kind === 'literal' ? { value: jsonOf(mine.literal) } : { text: true }]).toEqual([
          text,
          answer,
        ]);
    }
  });

  it('20,000 lines have the same words', async () => {
    const piece = fc.constantFrom(
      'a',
      'b=',
      ' ',
      '\t',
      '"',
      "'",
      '\\',
      '#',
      'é',
      '$',
      '`',
      '\\"',
      "'x'",
      '"y z"',
      '[1]',
    );
    const lines = fc.sample(
      fc.array(piece, { maxLength: 10 }).map((parts) => parts.join('')),
      { numRuns: 20_000, seed },
    );
    const theirs = await ansible.words(lines);
    for (const [i, line] of lines.entries()) {
      const mine = splitPythonWords(line);
      const answer = theirs[i] ?? { words: [] };
      expect([line, mine.ok ? mine.value.map(({ text }) => text) : 'error']).toEqual([
        line,
        'words' in answer ? answer.words : 'error',
      ]);
    }
  });

  it('every YAML word of the table is read as Ansible reads it', async () => {
    const words = [
      ...yamlValues,
      ...['e1', '.e1', 'n', 'True', 'yEs', '010', '1.5e+3', '1.', '1_000.5', '1:30.5', '1:60', '-1:30', 'nULL', '-0'],
    ];
    const text = `all:\n  hosts:\n    h1:\n${words.map((word, i) => `      v${i}: ${word}\n`).join('')}`;
    const inventory = { files: { 'i.yml': text }, sources: ['i.yml'] };
    await withFiles(inventory.files, async (folder) => {
      const mine = await ours(inventory, folder);
      expect(mine.ok && mine.value.vars).toEqual(
        ((await ansible.inventory(inventory, folder)) as AnsibleInventory).vars,
      );
    });
  });
});

function jsonOf(literal: Extract<ReturnType<typeof readLiteral>, { kind: 'literal' }>['literal']): unknown {
  switch (literal.kind) {
    case 'scalar':
      return literal.value;
    case 'list':
      return literal.items.map(jsonOf);
    case 'map':
      return Object.fromEntries(literal.entries.map(({ key, value }) => [key, jsonOf(value)]));
  }
}

describe('By hand, against Ansible', () => {
  const fleet = yaml`
    all:
      hosts: { lone: , web.example.com: , "fe80::7": }
      children:
        web: { hosts: { "web[1:4]": } }
        db: { hosts: { "db[1:2]": , web4: }, children: { replicas: { hosts: { db9: } } } }
  `;
  const limits = [
    ...[
      'all',
      '*',
      'web',
      'web1',
      'web,db',
      'web:db',
      'web db',
      'web:&db',
      'web:!web1',
      '!web',
      '&db',
      '!web:!db',
      'web?',
      'web*',
    ],
    ...[
      'web.*',
      'w*:!web',
      '~web[12]$',
      '~(web|db)',
      '~eb',
      'ungrouped',
      'ungr*',
      'al*',
      'replicas',
      'db,!replicas',
      'fe80::7',
    ],
    ...[
      'all:!ungrouped:&web',
      'd[a-c]*',
      'w[!x]*,lone',
      '!web1,web',
      ' web1 , db1 ',
      '*.example.com',
      'web[0]',
      'web[-1]',
      'web[1:2]',
    ],
    ...[
      'web[1:]',
      'web[0:0]',
      'web[9]',
      'web*[0]',
      'web*[-1]',
      'web*[3:5]',
      'db[0:9]',
      'all[1:3]:!web',
      '~web[0-9]{1}:db',
    ],
    ...['~(?i)WEB', '[wd]*1', '[a-]*', 'all[1-2]', '&web:&db', '!lone,!web', 'w[e]b1', 'lone:web[0]:db[1]'],
  ];

  it('limits mean the same hosts', async () => {
    const asked = { files: { 'i.yml': fleet }, sources: ['i.yml'], patterns: limits };
    await withFiles(asked.files, async (folder) => {
      const mine = await ours(asked, folder);
      const theirs = await ansible.inventory(asked, folder);
      if (!mine.ok || 'error' in theirs) throw new Error('both read it');
      for (const limit of limits) {
        const found = mine.patterns[limit] ?? [];
        const hosts = found.some((each) => each.startsWith('limit-')) ? [] : found;
        expect([limit, [...hosts].sort()]).toEqual([limit, [...hostsOf(theirs.patterns[limit])].sort()]);
      }
    });
  });

  const names = [
    ...[
      '192.0.2.3',
      '192.0.2.3:23',
      '[192.0.2.3]:23',
      '::1',
      '[::1]:442',
      'abcd:ef98:7654:3210:abcd:ef98:7654:3210',
      '::ffff:1.2.3.4',
    ],
    ...[
      '[abcd:ef98::9]:22',
      'some-host',
      'some-host:80',
      'some.host.com:4492',
      '[some.host.com]:4493',
      '[h]:22',
      'foo_bar',
      'fóö',
      'a.b',
      '1h',
    ],
    ...[
      '192.0.2.[3:10]',
      '192.0.2.[3:10]:23',
      'abcd:ef98::7654:[1:9]',
      '[abcd:ef98::7654:[6:9]]:2222',
      'foo[a:c].example.com',
      'b[3:9:3]',
    ],
    ...[
      '[foo[a:b]]:9',
      'r[a:c]s[1:2]',
      'r[001:010:3]',
      'r[:3]',
      'r[y:B]',
      'r[0:0]',
      'r[1:3]x[a:a:2]',
      '10.0.0.1-2',
      'x[08:11]',
      'h.[1:2].org',
    ],
  ];
  it.each([
    ['INI', 'hosts.ini', (name: string) => `${name} v=1\n`],
    ['YAML', 'hosts.yml', (name: string) => `web: { hosts: { "${name}": { v: 1 } } }\n`],
  ])('names, addresses, ports and ranges are read alike in %s', async (_, file, write) => {
    for (const name of names) {
      const asked = { files: { [file]: write(name) }, sources: [file] };
      await withFiles(asked.files, async (folder) => {
        const [mine, theirs] = [await ours(asked, folder), await ansible.inventory(asked, folder)];
        expect([name, mine.ok ? mine.value.vars : mine.error]).toEqual([
          name,
          'error' in theirs ? theirs : theirs.vars,
        ]);
      });
    }
  });

  it.each<[string, InventoryFiles['files']]>([
    ['a group that is declared by its variables first', { h: '[web:vars]\nx=1\n[p:children]\nweb\n[web]\nn1\n' }],
    [
      'children before their sections, and grandchildren',
      { h: '[a:children]\nc\nb\n[b:children]\nd\n[d]\nn1 x=1\n[c]\nn2\n[a:vars]\nx=a\n[b:vars]\nx=b\n' },
    ],
    ['all as a section', { h: '[all:vars]\nx=1\n[all:children]\nweb\n[web]\nn1\n[all]\nn2\n' }],
    ['a host in ungrouped and elsewhere', { h: 'n1\n[ungrouped]\nn2\n[web]\nn1\n' }],
    [
      'groups of equal depth, one with a priority',
      { h: '[zz]\nn1\n[aa]\nn1\n[aa:vars]\nansible_group_priority=5\nx=aa\n[zz:vars]\nx=zz\n' },
    ],
    [
      'a priority in group_vars, where it has no effect',
      { h: '[zz]\nn1\n[aa]\nn1\n', 'group_vars/aa': 'ansible_group_priority: 5\nx: aa\n', 'group_vars/zz': 'x: zz\n' },
    ],
    [
      'two ways to a group, one longer',
      {
        'h.yml':
          'a: { children: { b: { children: { c: { hosts: { n1: }, vars: { x: c } } } }, c: , d: { hosts: { n1: }, vars: { x: d } } } }\n',
      },
    ],
    ['a port on the line where a host comes first, and not later', { h: 'n1:22\n[web]\nn1:23\n' }],
    [
      'a comment in each place',
      { h: '# a\n; b\n[web] # c\nn1 x=1#d\n  # e\n[web:vars]\ny=1 # f\nz=a # g\n[p:children]\nweb # h\n' },
    ],
    ['CRLF and blanks at the ends', { h: '[web]  \r\n  n1  x=1  \r\n\r\n[web:vars]\r\ny = 2 \r\n' }],
    [
      'anchors, merge keys and a single host as a text',
      {
        'h.yml':
          'x: &x { vars: &v { a: 1, b: 2 } }\nweb: { <<: *x, hosts: n1 }\ndb: { hosts: { n1: { <<: *v, b: 3 } } }\n',
      },
    ],
    ['empty sections', { 'h.yml': 'all:\nweb: { hosts: , vars: , children: }\ndb: { hosts: { n1: } }\n' }],
    [
      'JSON, with numbers and escapes of its own',
      { 'h.json': '{"web": {"hosts": {"n1": {"a": 1e3, "b": "\\u00e9\\n", "c": -0.5, "d": [true, null, {}]}}}}\n' },
    ],
    [
      'variables under every name a file may have',
      {
        h: 'n1\nn2\nn3\nn4\n',
        'host_vars/n1': 'x: 1\n',
        'host_vars/n2.yaml': 'x: 2\n',
        'host_vars/n3.json': '{"x": 3}',
        'host_vars/n4/a': 'x: 4\n',
        'host_vars/n4/b.txt': 'x: 5\n',
      },
    ],
    ['group_vars of a group that is not there', { h: 'n1\n', 'group_vars/nowhere': 'x: 1\n' }],
    ['a vars file that is empty, or only a comment', { h: 'n1\n', 'group_vars/all': '', 'host_vars/n1': '# x: 1\n' }],
    [
      'a mapping that is set twice',
      {
        'h.yml': 'all: { vars: { m: { a: 1 } } }\nweb: { hosts: { n1: { m: { b: 2 } } }, vars: { m: { c: 3 } } }\n',
        'group_vars/web': 'm: { d: 4 }\n',
      },
    ],
    [
      'an executable beside files',
      {
        'h*': '#!/bin/sh\necho \'{"_meta": {"hostvars": {"n1": {"x": {"y": [1]}}}}, "web": {"hosts": ["n1"], "vars": {"z": 1}, "children": ["db"]}, "db": ["n2"]}\'\n',
        'group_vars/db': 'z: 2\n',
      },
    ],
  ])('%s', async (_, files) => {
    const asked = { files, sources: [Object.keys(files)[0]?.replace('*', '') ?? ''] };
    await withFiles(files, async (folder) => {
      const [mine, theirs] = [await ours(asked, folder), await ansible.inventory(asked, folder)];
      if ('error' in theirs) throw new Error(theirs.error);
      const { patterns: _none, ...inventory } = theirs;
      expect(mine.ok ? mine.value : mine.error).toEqual(inventory);
    });
  });
});

describe('Where mlbroute deviates from Ansible', () => {
  it.each(deviations.flatMap(({ what, example }) => (example === null ? [] : [{ what, example }])))(
    '$what',
    async ({ example }) => {
      const { limit, theirs: expected, ours: wanted } = example;
      await withFiles(example.files, async (folder) => {
        const asked = { ...example, patterns: limit === undefined ? [] : [limit] };
        const theirs = await ansible.inventory(asked, folder);
        const found = 'error' in theirs ? null : limit === undefined ? theirs.order : hostsOf(theirs.patterns[limit]);
        expect(found).toEqual(expected);
        const mine = await ours(asked, folder);
        const codes = mine.ok ? [] : mine.error.flatMap(({ code, severity }) => (severity === 'error' ? [code] : []));
        const hosts = mine.ok ? (limit === undefined ? mine.value.order : (mine.patterns[limit] ?? [])) : codes;
        expect(hosts).toEqual(typeof wanted === 'string' ? [wanted] : wanted);
      });
    },
  );
});
