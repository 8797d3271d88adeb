import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../src/domain/glob.ts';
import { needTool } from '../backends/run-tool.ts';

/** Every pair of a glob and a text, answered by `case` of busybox, which asks the C library's fnmatch(3). */
function askShell(pairs: readonly (readonly [string, string])[]): readonly boolean[] {
  const input = pairs.map(([glob, text]) => `${glob}\n${text}\n`).join('');
  const program =
    'while IFS= read -r glob && IFS= read -r text; do case $text in $glob) echo yes ;; *) echo no ;; esac; done';
  const answers = execFileSync('/usr/bin/busybox', ['sh', '-c', program], { input, encoding: 'utf8' });
  return answers
    .trim()
    .split('\n')
    .map((answer) => answer === 'yes');
}

const text = fc.array(fc.constantFrom(...'abe01.-^!*[]'), { maxLength: 5 }).map((parts) => parts.join(''));
const members = fc
  .array(
    fc.constantFrom('a', 'b', '0', '1', '.', '*', '?', '0-9', 'a-b', 'b-a', '[:digit:]', '[:alpha:]', '[:punct:]'),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((parts) => parts.join(''));
const bracket = fc.tuple(fc.constantFrom('', '!', '^'), fc.constantFrom('', ']'), members, fc.constantFrom('', '-'));
const part = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'e', '0', '1', '.', '-', '*', '?', '\\*', '\\a', ']', '!') },
  { weight: 1, arbitrary: bracket.map(([not, first, some, last]) => `[${not}${first}${some}${last}]`) },
);
// An opening bracket that is never closed comes last: before a class it is the C libraries' affair.
const glob = fc
  .tuple(fc.array(part, { minLength: 1, maxLength: 5 }), fc.constantFrom('', '', '', '[', '[a'))
  .map(([parts, open]) => parts.join('') + open);

describe('matchesGlob', () => {
  it('agrees with fnmatch(3) on random globs and texts', () => {
    needTool('/usr/bin/busybox', 'busybox-static');
    const pair = fc.tuple(glob, text);
    fc.assert(
      fc.property(fc.array(pair, { minLength: 200, maxLength: 400 }), (pairs) => {
        const expected = askShell(pairs);
        const wrong = pairs.filter(([pattern, name], i) => matchesGlob(pattern, name) !== expected[i]);
        expect(wrong).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
