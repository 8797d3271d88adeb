import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEnding } from '../../src/transport/ending.ts';

const marker = 'mlbroute-ended-abc';

/** Feeds a text in the given pieces. */
function feed(pieces: readonly string[]): { readonly own: string; readonly exitCode: number | null } {
  const ending = createEnding(marker);
  let own = '';
  let exitCode: number | null = null;
  for (const piece of pieces) {
    const taken = ending.write(piece);
    own += taken.own;
    exitCode ??= taken.exitCode;
  }
  return { own: exitCode === null ? own + ending.rest() : own, exitCode };
}

describe('the end of a program in a shell that stays', () => {
  const cases: readonly { title: string; text: string; own: string; exitCode: number | null }[] = [
    { title: 'is told after its last line', text: `a\nb\n${marker} 0\n`, own: 'a\nb\n', exitCode: 0 },
    { title: 'may follow a line without a newline', text: `a${marker} 12\n`, own: 'a', exitCode: 12 },
    { title: 'may be all there is', text: `${marker} 127\n`, own: '', exitCode: 127 },
    { title: 'is not told by half of it', text: `a\n${marker} 1`, own: `a\n${marker} 1`, exitCode: null },
    {
      title: 'is not told by what is like it',
      text: 'mlbroute-ended-abd 0\n',
      own: 'mlbroute-ended-abd 0\n',
      exitCode: null,
    },
  ];
  for (const { title, text, own, exitCode } of cases) {
    it(`${title}, however the text is cut`, () => {
      fc.assert(
        fc.property(fc.array(fc.nat({ max: text.length }), { maxLength: 5 }), (cuts) => {
          const places = [0, ...cuts.sort((a, b) => a - b), text.length];
          const pieces = places.slice(1).map((end, i) => text.slice(places[i], end));
          expect(feed(pieces)).toEqual({ own, exitCode });
        }),
      );
    });
  }
});
