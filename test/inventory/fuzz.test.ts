import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionOf } from '../../src/inventory/connection.ts';
import { hostVars } from '../../src/inventory/host-vars.ts';
import { listInventory } from '../../src/inventory/list-inventory.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { selectHosts } from '../../src/inventory/select-hosts.ts';
import { formatDiagnostics } from '../../src/report/diagnostics-text.ts';
import { hostSpec } from '../../src/schema/host-spec.ts';
import { fakeDisk } from './fake-disk.ts';
import { mutatedOf, nasty } from './mutated-text.ts';

/** Printed with every run, so that a failure can be had again with SEED=…. */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
console.info(`seed of the mutated inventories: ${seed}`);

const examples = new URL('../../inventories/', import.meta.url);
const seeds: readonly (readonly [string, string])[] = [
  ...readdirSync(examples).map((name) => [name, readFileSync(new URL(name, examples), 'utf8')] as const),
  [
    'hosts',
    '[web]\nn[01:05] ansible_host=10.0.0.1 v="{\'a\': [1, 2]}"\nb:22\n[web:vars]\nx={{ v }}\n[all:children]\nweb\n',
  ],
  [
    'list.json',
    '{"_meta": {"hostvars": {"n1": {"v": [1, {"w": "{{ x }}"}]}}}, "web": {"hosts": ["n1"], "vars": {"x": null}}}',
  ],
  ['anchors.yml', 'x: &a { vars: &v { k: [1, &n "{{ m }}"] } }\nweb: { <<: *a, hosts: { n1: { k: *v, m: *n } } }\n'],
];

/** Everything that is done with an inventory before a host is touched. Gives how it ended; it never throws. */
async function everything(name: string, text: string, limit: string): Promise<'right' | 'refused'> {
  const loaded = await loadInventory(
    { sources: [name], extraVars: [], vaultPasswordFile: null },
    fakeDisk({ [name]: text, 'group_vars/web': text }),
  );
  if (!loaded.ok) {
    expect(loaded.error.diagnostics.length).toBeGreaterThan(0);
    formatDiagnostics(loaded.error.diagnostics, loaded.error.sourceOf);
    return 'refused';
  }
  const inventory = loaded.value;
  JSON.stringify(listInventory(inventory, inventory.hosts, 'mask'));
  const selected = selectHosts(inventory, limit);
  if (!selected.ok) expect(selected.error.length).toBeGreaterThan(0);
  for (const host of inventory.hosts.slice(0, 3)) {
    const vars = hostVars(inventory, host.name, { wanted: 'all', decrypted: new Map() });
    if (!vars.ok) {
      formatDiagnostics(vars.error.diagnostics, inventory.sourceOf);
      continue;
    }
    const spec = hostSpec(vars.value);
    const connection = connectionOf(host.name, vars.value, { user: 'u', homeDirectory: '/h', transport: null });
    const faults = [...(spec.ok ? [] : spec.error), ...(connection.ok ? [] : connection.error)];
    formatDiagnostics(faults, inventory.sourceOf);
  }
  return 'right';
}

const limit = fc.array(
  fc.oneof(nasty, fc.constantFrom('n1', 'web', 'all', '*', '!', '&', '~', '[0]', '[-1]', '[1:]', '(', '?')),
  { maxLength: 5 },
);

describe('Whatever is read as an inventory', () => {
  it('10,000 mutated ones are right or refused, and nothing throws or hangs', { timeout: 120_000 }, async () => {
    const ends = { right: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(mutatedOf(seeds, { most: 6 }), limit, async ([name, text], parts) => {
        ends[await everything(name, text, parts.join(''))]++;
      }),
      { numRuns: 10_000, seed },
    );
    // A test that only ever saw one of them would not see much.
    expect(Math.min(ends.right, ends.refused)).toBeGreaterThan(500);
  });

  const bomb = `a: &a [${'x, '.repeat(9)}x]\n${[...'bcdefghi'].map((letter, i) => `${letter}: &${letter} [${`*${'abcdefgh'[i]}, `.repeat(9)}x]\n`).join('')}`;
  it.each<[string, string, string, string | null]>([
    [
      'an alias bomb',
      'i.yml',
      `web:\n  hosts: { n1: }\n  vars:\n${bomb.replaceAll(/^/gm, '    ').trimEnd()}\n`,
      'the aliases of this file repeat more than 100000 values',
    ],
    [
      'an alias in itself',
      'i.yml',
      'web: { hosts: { n1: }, vars: { v: &v [*v] } }\n',
      '"*v" stands inside the value it repeats',
    ],
    ['deep brackets', 'i.yml', `web: { vars: { v: ${'['.repeat(10_000)} } }\n`, 'values are nested more than 100 deep'],
    ['deep indentation', 'i.yml', Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''), null],
    ['deep JSON', 'i.json', `{"web": ${'['.repeat(100_000)}`, 'values are nested more than 100 deep'],
    ['a deep Python literal', 'hosts', `n1 v=${'['.repeat(100_000)}\n`, 'a value is nested more than 100 deep'],
    ['a range that is too long', 'hosts', 'n[1:100000000]\n', 'range "[1:100000000]" is more than 100000 hosts'],
    ['ranges that multiply', 'hosts', 'n[1:9999][1:9999]\n', '"n[1:9999][1:9999]" is more than 100000 hosts'],
    ['NUL', 'hosts', 'n\u00001\n', null],
    ['tabs for indentation', 'i.yml', 'web:\n\thosts:\n', null],
    ['keys twice', 'i.yml', 'web: { hosts: { n1: } }\nweb: { hosts: { n2: } }\n', 'key "web" is already set on line 1'],
    ['a key of all objects', 'i.yml', 'web: { hosts: { n1: { __proto__: { x: 1 }, constructor: 2 } } }\n', ''],
    ['a byte order mark and CRLF', 'hosts', '\ufeff[web]\r\nn1 v=1\r\n', ''],
    [
      'ten thousand errors',
      'i.yml',
      `web:\n  hosts:\n${Array.from({ length: 10_000 }, (_, i) => `    "h*${i}":\n`).join('')}`,
      'host name "h*0" has a character of host patterns',
    ],
  ])('%s is dealt with', async (_, name, text, message) => {
    const loaded = await loadInventory(
      { sources: [name], extraVars: [], vaultPasswordFile: null },
      fakeDisk({ [name]: text }),
    );
    if (message !== null) expect(loaded.ok ? '' : loaded.error.diagnostics[0]?.message).toBe(message);
    await everything(name, text, 'all');
  });

  it('ten megabytes are read, whatever their form', { timeout: 60_000 }, async () => {
    const line = '    some_variable: a value that is neither long nor short\n';
    const vars = Array.from({ length: 100_000 }, (_, i) => line.replace('some', `v${i}`)).join('');
    expect(await everything('i.yml', `web:\n  hosts: { n1: }\n  vars:\n${vars}`, 'all')).toBe('right');
    expect(await everything('hosts', `n1 v="${'x'.repeat(10_000_000)}"\n`, 'all')).toBe('right');
    expect(
      await everything(
        'i.json',
        `{"_meta": {"hostvars": {}}, "web": {"hosts": ["n1"], "vars": {"v": "${'x'.repeat(10_000_000)}"}}}`,
        'all',
      ),
    ).toBe('right');
    expect(await everything('i.yml', `password: "${'a'.repeat(10_000_000)}\n`, 'all')).toBe('refused');
  });

  it('a chain of 5,000 groups is walked', async () => {
    const chain = Array.from({ length: 5000 }, (_, i) => `[g${i}:children]\ng${i + 1}\n`).join('');
    const loaded = await loadInventory(
      { sources: ['hosts'], extraVars: [], vaultPasswordFile: null },
      fakeDisk({ hosts: `${chain}[g5000]\nn1\n` }),
    );
    expect(loaded.ok && loaded.value.groups.get('g5000')?.depth).toBe(5001);
  });
});
