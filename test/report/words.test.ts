import { describe, expect, it } from 'vitest';
import { count } from '../../src/report/count.ts';
import { formatDuration } from '../../src/report/duration.ts';
import { paletteOf } from '../../src/report/palette.ts';
import { printable, printableLine } from '../../src/report/printable.ts';
import { wrapText } from '../../src/report/wrap.ts';

describe('formatDuration', () => {
  it.each([
    [0, '0.0 s'],
    [412, '0.4 s'],
    [12_345, '12.3 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min'],
    [60_000, '1 min'],
    [125_000, '2 min 05 s'],
    [3_599_600, '1 h'],
    [3_725_000, '1 h 02 min'],
  ])('says %d ms as %s', (milliseconds, expected) => {
    expect(formatDuration(milliseconds)).toBe(expected);
  });
});

describe('count', () => {
  it.each([
    [0, '0 hosts'],
    [1, '1 host'],
    [2, '2 hosts'],
  ])('says %d as %s', (number, expected) => {
    expect(count(number, 'host')).toBe(expected);
  });
});

describe('printable', () => {
  it.each([
    ['plain text', 'naïve – 日本', 'naïve – 日本'],
    ['tabs and line feeds', 'a\tb\nc', 'a\tb\nc'],
    ['codes that move the cursor', 'ok\x1b[2Agone', 'ok\\x1b[2Agone'],
    ['a carriage return, which overwrites the line', 'bad\rgood', 'bad\\x0dgood'],
    ['eight-bit control codes', '\x9b31m', '\\x9b31m'],
    ['marks that turn the direction of text', 'a\u202eb', 'a\\u202eb'],
  ])('makes %s safe and keeps the rest', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('joins lines for a single row', () => {
    expect(printableLine(' first\n  second\n')).toBe('first / second');
  });
});

describe('wrapText', () => {
  it.each<[string, string, string, number, string]>([
    ['short text alone', 'one two', 'label  ', 40, 'label  one two'],
    ['at spaces, under the first word', 'one two three four', 'label  ', 23, 'label  one two three\n       four'],
    ['after the commas of a list of hosts', 'n[01,03,05,07,09]', '', 10, 'n[01,03,\n05,07,09]'],
    ['a word that is too long on its own line', 'a veryveryverylongword b', '', 10, 'a\nveryveryverylongword\nb'],
    ['paragraphs', 'one\ntwo', 'label  ', 40, 'label  one\n       two'],
    ['with a shallow indent where the terminal is narrow', 'one two three', 'label  ', 18, 'label  one two\n    three'],
    [
      'nothing where there is no limit',
      'one '.repeat(60).trim(),
      '',
      Number.POSITIVE_INFINITY,
      'one '.repeat(60).trim(),
    ],
    ['colour codes as if they were not there', '\x1b[31mone\x1b[39m two', '', 7, '\x1b[31mone\x1b[39m two'],
  ])('breaks %s', (_, text, first, columns, expected) => {
    expect(wrapText(text, { first, columns })).toBe(expected);
  });
});

describe('paletteOf', () => {
  it('leaves text as it is without colour, and marks it with colour', () => {
    expect(paletteOf({ color: false }).red('text')).toBe('text');
    expect(paletteOf({ color: true }).red('text')).toBe('\x1b[31mtext\x1b[39m');
  });

  it('puts no codes around nothing', () => {
    expect(paletteOf({ color: true }).bold('')).toBe('');
  });
});
