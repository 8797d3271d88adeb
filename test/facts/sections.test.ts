import { describe, expect, it } from 'vitest';
import { cutSections, keyedLines } from '../../src/facts/sections.ts';

describe('cutSections', () => {
  it.each<[string, string, readonly (readonly [string, string])[]]>([
    ['drops a banner before the first', 'Welcome!\n\n@t a\n1\n', [['a', '1\n']]],
    [
      'keeps blank lines and what has no last line feed',
      '@t a\n\n1\n\n@t b\n2',
      [
        ['a', '\n1\n'],
        ['b', '2'],
      ],
    ],
    [
      'keeps an empty one',
      '@t a\n@t b\n',
      [
        ['a', ''],
        ['b', ''],
      ],
    ],
    [
      'takes no line for a start that only looks like one',
      '@t a\n@tx\n @t b\n@t\nx @t c\n',
      [['a', '@tx\n @t b\n@t\nx @t c\n']],
    ],
    ['finds none where none is', 'Permission denied\n', []],
    ['finds none in nothing', '', []],
  ])('%s', (_, output, sections) => {
    expect([...cutSections(output, '@t')]).toEqual(sections);
  });
});

describe('keyedLines', () => {
  it('cuts each line at its first space, and leaves blank lines out', () => {
    expect(keyedLines('id 1\n\nos debian 12\nalone\nend ')).toEqual([
      { key: 'id', rest: '1' },
      { key: 'os', rest: 'debian 12' },
      { key: 'alone', rest: '' },
      { key: 'end', rest: '' },
    ]);
  });
});
