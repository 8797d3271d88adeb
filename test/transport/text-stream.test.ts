import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPreamble } from '../../src/transport/preamble.ts';
import { decodeText, splitLines } from '../../src/transport/text-stream.ts';

/** Cuts something into pieces at any places. */
function cut<T extends string | Buffer>(whole: T, places: readonly number[]): T[] {
  const ends = [...new Set(places.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b);
  return [...ends, whole.length].map((end, index) => whole.slice(ends[index - 1] ?? 0, end) as T);
}

describe('a stream of bytes', () => {
  it('gives the same text wherever it is cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat()), (text, places) => {
        const got: string[] = [];
        const sink = decodeText((piece) => got.push(piece));
        for (const chunk of cut(Buffer.from(text), places)) sink.write(chunk);
        sink.end();
        expect(got.join('')).toBe(text);
      }),
    );
  });

  it('shows a character that never came to its end as a replacement', () => {
    const got: string[] = [];
    const sink = decodeText((piece) => got.push(piece));
    sink.write(Buffer.from([0x61, 0xe2, 0x82]));
    sink.end();
    expect(got.join('')).toBe('a\ufffd');
  });
});

describe('a stream of lines', () => {
  it('gives the same lines wherever it is cut', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '\n', '\r')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat()), (whole, places) => {
        const got: string[] = [];
        const lines = splitLines((line) => got.push(line));
        for (const piece of cut(whole, places)) lines.write(piece);
        lines.end();
        expect(got).toEqual(whole === '' ? [] : whole.replace(/\n$/, '').split('\n'));
      }),
    );
  });
});

describe('the text before a shell is ready', () => {
  it('is held back, and all after the marker line is given, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.array(fc.nat()), (noise, own, places) => {
        fc.pre(!noise.includes('#ready#'));
        const preamble = createPreamble('#ready#');
        const got = cut(`${noise}#ready#\n${own}`, places).map((piece) => preamble.write(piece));
        expect(got.join('')).toBe(own);
        expect(preamble.text()).toBe(noise);
        expect(preamble.isOver()).toBe(true);
      }),
    );
  });

  it('is kept only in part when it does not end, and the marker is still found', () => {
    const preamble = createPreamble('#ready#');
    for (let index = 0; index < 100; index += 1) expect(preamble.write('noise '.repeat(1000))).toBe('');
    expect(preamble.text().length).toBe(64 * 1024);
    expect(preamble.write('#rea')).toBe('');
    expect(preamble.write('dy#\nown')).toBe('own');
  });
});
