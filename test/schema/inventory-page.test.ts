import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { calls } from '../../src/inventory/expression-calls.ts';
import { hostVars } from '../../src/inventory/host-vars.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { hostSpec } from '../../src/schema/host-spec.ts';
import { deviations } from '../inventory/deviations.ts';
import { fakeDisk } from '../inventory/fake-disk.ts';
import { variableReference } from './variable-reference.ts';

const page = new URL('../../docs/inventory.md', import.meta.url);
const text = readFileSync(page, 'utf8');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n').replace(/^\| --- .*$/m, (line) => line.replaceAll(' ', ''));
}

/** The parts of the page that are made from the code. */
const generated: { readonly [part: string]: string } = {
  variables: variableReference(),
  helpers: table(
    ['helper', 'gives'],
    Object.values(calls).map(({ example, about }) => [
      example.replace(/^(\{\{.*?\}\})(.*)$/, (_, code, rest) => `\`${code}\`${rest.replace(/(is) (.+)$/, '$1 `$2`')}`),
      about,
    ]),
  ),
  deviations: table(
    ['', 'Ansible', 'mlbroute', 'because'],
    deviations.map(({ what, ansible, here, why }) => [what, ansible, here, why]),
  ),
};

/** The fenced blocks of some languages. */
function blocks(...languages: readonly string[]): readonly string[] {
  const fence = new RegExp(`^\`\`\`(?:${languages.join('|')})\\n([\\s\\S]*?)^\`\`\``, 'gm');
  return Array.from(text.matchAll(fence), ([, body = '']) => body);
}

describe('The page about the inventory', () => {
  it('has its tables from the code; UPDATE_DOCS=1 writes them', () => {
    const made = Object.entries(generated).reduce(
      (before, [part, body]) =>
        before.replace(
          new RegExp(`(<!-- ${part} -->\n)[\\s\\S]*?(<!-- /${part} -->)`),
          (_, open, close) => `${open}${body}\n${close}`,
        ),
      text,
    );
    if (process.env.UPDATE_DOCS === '1') writeFileSync(page, made);
    else expect(text).toBe(made);
  });

  it('has only examples that can be read, alone or beside the first one', async () => {
    const [first = '', ...others] = blocks('yaml');
    const beside = others.map((body) => [/^# (\S+_vars\/\S+)\n/.exec(body)?.[1] ?? 'no file name', body] as const);
    const files = { 'prod.yaml': first, 'prod.ini': blocks('ini')[0] ?? '', ...Object.fromEntries(beside) };
    expect(Object.keys(files)).toEqual([
      'prod.yaml',
      'prod.ini',
      'group_vars/workers.yml',
      'group_vars/all/networks.yaml',
    ]);
    for (const source of ['prod.yaml', 'prod.ini']) {
      const loaded = await loadInventory(
        { sources: [source], extraVars: ['vault_become_password=x'], vaultPasswordFile: null },
        fakeDisk(files),
      );
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.error.diagnostics));
      expect(loaded.value.warnings).toEqual([]);
      expect(loaded.value.hosts.map(({ name }) => name)).toEqual([1, 2, 3, 4].map((n) => `node0${n}.example.com`));
      for (const { name } of loaded.value.hosts) {
        const vars = hostVars(loaded.value, name, { wanted: 'all', decrypted: new Map() });
        if (!vars.ok) throw new Error(JSON.stringify(vars.error.diagnostics));
        const spec = hostSpec(vars.value);
        if (!spec.ok) throw new Error(JSON.stringify(spec.error));
        expect(spec.value.networks).toMatchObject([{ gateway: '1.2.3.1' }]);
      }
    }
  });
});
