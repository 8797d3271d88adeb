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
