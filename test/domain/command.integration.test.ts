import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toShell } from '../../src/domain/command.ts';
import { needTool } from '../backends/run-tool.ts';

const shells: readonly (readonly [string, string, readonly string[]])[] = [
  ['dash', 'dash', []],
  ['bash', 'bash', ['--norc']],
  ['busybox', 'busybox-static', ['sh']],
];

/** Words of anything but NUL, which no argument can hold, and lone surrogates, which no UTF-8 can. */
const word = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~ \t\n\r=-aé\u0081\u0088'), maxLength: 12 }),
  )
  .filter((text) => !text.includes('\0'));

describe('toShell', () => {
  it.each(shells)('gives %s the same argument vector back', (shell, debianPackage, first) => {
    needTool(`/usr/bin/${shell}`, debianPackage);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), (words) => {
        // xargs and the like would hide a lost empty word; a NUL after each shows it.
        const program = toShell(['printf', '%s\\0', ...words]);
        const printed = execFileSync(`/usr/bin/${shell}`, [...first, '-c', program], { encoding: 'utf8' });
        expect(printed).toBe(words.map((text) => `${text}\0`).join(''));
      }),
      { numRuns: 150 },
    );
  });
});
