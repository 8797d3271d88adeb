import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { obstacleKinds } from '../../src/domain/obstacle.ts';
import { type KnownOwner, knownOwners } from '../../src/plan/lint/known-owners.ts';

const page = await readFile(new URL('../../docs/preflight.md', import.meta.url), 'utf8');

/** The rows of the table that begins with this head. */
function rowsUnder(head: string): readonly string[] {
  const [, after] = page.split(`| ${head} |`);
  const [table = ''] = (after ?? '').split('\n\n');
  return table.split('\n').slice(2);
}

const spans = (list: KnownOwner['tables']) =>
  list.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
const bits = (mask: number) => (mask === 0 ? '' : mask.toString(16));

describe('docs/preflight.md', () => {
  it('has the codes of the code, in its words', () => {
    expect(rowsUnder('code | what it says')).toEqual(
      Object.entries(obstacleKinds).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`),
    );
  });

  it('has the numbers of others that the code knows', () => {
    expect(rowsUnder('who | packet mark | connection mark | tables | priorities')).toEqual(
      knownOwners.map(
        ({ name, packet, connection, tables, priorities }) =>
          `| ${name} | ${bits(packet)} | ${bits(connection)} | ${spans(tables)} | ${spans(priorities)} |`,
      ),
    );
  });
});
