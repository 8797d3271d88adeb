import { describe, expect, it } from 'vitest';
import { quoteWord } from '../../src/domain/command.ts';
import { splitShellWords } from '../../src/inventory/shell-words.ts';

describe('A line is split into words as a shell does:', () => {
  it.each<[string, readonly string[]]>([
    ['', []],
    ['  ', []],
    ['a  b\tc', ['a', 'b', 'c']],
    [`-o 'a b'`, ['-o', 'a b']],
    [`-o "a \\"b\\" \\$c \\d"`, ['-o', 'a "b" $c \\d']],
    [`a"b c"'d e'f`, ['ab cd ef']],
    ['a\\ b', ['a b']],
    [`''`, ['']],
    [`'a\\b'`, ['a\\b']],
    [quoteWord(`it's "so"`), [`it's "so"`]],
  ])('%s', (line, words) => {
    expect(splitShellWords(line)).toEqual({ ok: true, value: words });
  });

  it.each([
    [`a 'b`, `a ' is not closed`],
    [`a "b`, `a " is not closed`],
    ['a\\', 'it ends in a backslash'],
  ])('%s is refused', (line, error) => {
    expect(splitShellWords(line)).toEqual({ ok: false, error });
  });
});
