import { describe, expect, it } from 'vitest';
import { parsePending } from '../../src/facts/pending.ts';

const pending = (...lines: readonly string[]) => parsePending(['id transactions/t1', ...lines].join('\n'), 'this-boot');
const here = 'boot-id this-boot';

describe('parsePending', () => {
  it('finds none where there is none', () => {
    expect(parsePending('', 'this-boot')).toBeNull();
    expect(parsePending('uptime 5\n', 'this-boot')).toBeNull();
  });

  it('tells who and for how long still', () => {
    expect(pending('owner joe at desk', here, 'uptime 100', 'deadline 160', 'alive 99')).toEqual({
      ...{ id: 't1', owner: 'joe at desk', secondsLeft: 60, isStale: false },
    });
  });

  it.each<[string, readonly string[], number | null, boolean]>([
    ['is not armed yet', [here, 'uptime 100', 'alive 70'], null, false],
    ['is not armed and shows no life', [here, 'uptime 101', 'alive 70'], null, true],
    ['never showed life', [here, 'uptime 100'], null, true],
    ['is a little late', [here, 'uptime 115', 'deadline 100', 'alive 99'], -15, false],
    ['is overdue', [here, 'uptime 116', 'deadline 100', 'alive 99'], -16, true],
    ['is of an earlier boot', ['boot-id other', 'uptime 5', 'deadline 160', 'alive 5'], 155, true],
    ['has no boot', ['uptime 5', 'deadline 160', 'alive 5'], 155, true],
  ])('judges one that %s', (_, lines, secondsLeft, isStale) => {
    expect(pending(...lines)).toEqual({ id: 't1', owner: 'unknown', secondsLeft, isStale });
  });
});
