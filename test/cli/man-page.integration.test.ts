import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manPage } from '../../src/cli/man-page.ts';
import { optionsOf } from '../../src/cli/options.ts';

let folder: string;
let shown: string;
let page: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mlbroute-man-'));
  page = join(folder, 'mlbroute.1');
  writeFileSync(page, await manPage({ version: '1.2.3', date: '2026-01-31' }));
  const printed = execFileSync('mandoc', ['-Tutf8', '-O', 'width=999', page], { encoding: 'utf8' });
  // A letter struck twice is bold, and one over _ is underlined.
  const pieces = printed.split('\b');
  shown = pieces.map((piece, i) => (i === pieces.length - 1 ? piece : piece.slice(0, -1))).join('');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the man page', () => {
  it('is one that mandoc has nothing to say against', () => {
    expect(execFileSync('mandoc', ['-Tlint', '-Wwarning', page], { encoding: 'utf8' })).toBe('');
  });

  it.each(Object.entries(optionsOf))('has each option of %s, with what it means', (words, options) => {
    const start = shown.search(new RegExp(`^   mlbroute ${words}\\b`, 'm'));
    expect(start).toBeGreaterThan(0);
    const own = shown.slice(start + 4).split(/^(?: {3}mlbroute |[A-Z])/m)[0] ?? '';
    for (const [name, option] of Object.entries<{ readonly describe?: string }>(options)) {
      expect(own).toMatch(new RegExp(`^ +(?:-., )?--${name}(?: |$)`, 'm'));
      expect(own).toContain(option.describe);
    }
  });

  it('has examples in one line, arguments of commands, and every exit code', () => {
    expect(shown).toMatch(
      /^ +mlbroute explain -i prod.yaml --host node01 --from 1.2.3.4 --to 8.8.8.8 --live\n +As the node is now$/m,
    );
    expect(shown).toMatch(/^ {3}mlbroute inventory var <name>$/m);
    expect(shown).toMatch(/^EXIT STATUS\n +0 +fine\.[\s\S]+^ +65 +wrong inventory\.[\s\S]+^ +130 +interrupted\.$/m);
  });
});
