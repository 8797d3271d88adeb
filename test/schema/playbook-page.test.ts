import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { actionKeys } from '../../src/schema/action-schema.ts';
import { allVerbs } from '../../src/schema/playbook-schema.ts';
import { verbKeys } from '../../src/schema/task-schema.ts';

const text = readFileSync(new URL('../../docs/playbook.md', import.meta.url), 'utf8');

/** The rows of the tables under `| verb |`, as the words in backticks of the first and of the last cell. */
const rows = Array.from(text.matchAll(/^\| verb \|.*\n\|[-|]+\n((?:\|.*\n)+)/gm), ([, body = '']) => body.trim())
  .flatMap((body) => body.split('\n'))
  .map((row) => {
    const cells = row.split('|').slice(1, -1);
    const [[verb = ''] = [], keys = []] = [cells.at(0), cells.at(-1)].map((cell = '') =>
      Array.from(cell.matchAll(/`(\w+)`/g), ([, word = '']) => word),
    );
    return { verb, keys };
  });
const keysOf: { readonly [verb: string]: readonly string[] } = { ...verbKeys, ...actionKeys };

describe('The page about playbooks', () => {
  it('has a row for every verb', () => {
    expect(rows.map(({ verb }) => verb).sort()).toEqual([...allVerbs].sort());
  });

  it.each(rows.filter(({ verb }) => verb !== 'metallb_l2'))('has the keys of $verb', ({ verb, keys }) => {
    expect([...keys].sort()).toEqual([...(keysOf[verb] ?? [])].sort());
  });
});
