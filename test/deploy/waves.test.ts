import { describe, expect, it } from 'vitest';
import { rollOutBatches } from '../../src/deploy/rollout.ts';
import { type Cut, cutWaves } from '../../src/deploy/waves.ts';
import type { HostName } from '../../src/domain/host.ts';
import { parsePortion } from '../../src/domain/portion.ts';
import type { Wave } from '../../src/domain/wave.ts';
import { sure } from './sample-state.ts';

const names = (text: string) => text.split(' ').filter((name) => name !== '') as HostName[];
const portion = (text: string) => sure(parsePortion(text));
const wave = (hosts: string, serial: readonly string[] = [], maxFail: string | null = null): Wave => ({
  hosts: new Set(names(hosts)),
  serial: serial.map(portion),
  maxFail: maxFail === null ? null : portion(maxFail),
  limitName: `max_fail of ${hosts}`,
});

type Story = {
  readonly waves: readonly Wave[];
  readonly serial?: string;
  readonly maxFail?: string;
  /** All have something to change unless this names those that have. */
  readonly busy?: string;
  readonly failed?: string;
  readonly bad?: string;
};

/** Rolls hosts a to f out. Gives the batches that were begun, and why the others were not. */
async function play({ waves, serial, maxFail, busy = 'a b c d e f', failed = '', bad = '' }: Story) {
  const begun: string[] = [];
  const skipped: string[] = [];
  const cut: Cut = {
    waves,
    serial: serial === undefined ? [] : serial.split(',').map(portion),
    maxFail: maxFail === undefined ? null : portion(maxFail),
    hosts: names('a b c d e f'),
    failed: names(failed),
  };
  await rollOutBatches<HostName, boolean>(
    cutWaves(names(busy), (name) => name, cut),
    {
      forks: 1,
      work: async (host) => !names(bad).includes(host),
      skip: async (host, because) => skipped.push(`${host}: ${because}`) > 0,
      isBad: (isGood) => !isGood,
      interruption: () => null,
      beginBatch: (batch) => begun.push(batch.join(' ')),
      gate: async () => 0,
    },
  );
  return { begun, skipped };
}

const two = [wave('a b c', ['1', '2'], '1'), wave('d e f')];
const none = 'no --max-fail allows it';

describe('A run in waves', () => {
  it.each<[string, Story, readonly string[], readonly string[]]>([
    ['is one batch without any', { waves: [] }, ['a b c d e f'], []],
    ['has the batches of each wave', { waves: two }, ['a', 'b c', 'd e f'], []],
    ['has hosts of no wave last', { waves: [wave('e f', ['1'])] }, ['e', 'f', 'a b c d'], []],
    [
      'has percentages of those of the wave to change',
      { waves: [wave('a b c d', ['50%'])], busy: 'a b d' },
      ['a', 'b', 'd'],
      [],
    ],
    ['is cut by --serial instead', { waves: two, serial: '4' }, ['a b c d', 'e f'], []],
    ['goes on within the limit of a wave', { waves: two, bad: 'a' }, ['a', 'b c', 'd e f'], []],
    [
      'stops beyond it, for the waves after it too',
      { waves: two, bad: 'a b' },
      ['a', 'b c'],
      ['c', 'd', 'e', 'f'].map((host) => `${host}: 2 hosts failed, and max_fail of a b c is 1`),
    ],
    [
      'begins no wave after a failure that nothing allows',
      { waves: [wave('a b c'), wave('d e f')], bad: 'a' },
      ['a b c'],
      ['d', 'e', 'f'].map((host) => `${host}: 1 host failed, and ${none}`),
    ],
    [
      'begins no wave after one whose hosts were not even reached',
      { waves: [wave('a b c'), wave('d e f')], busy: 'd e f', failed: 'b' },
      [],
      ['d', 'e', 'f'].map((host) => `${host}: 1 host failed, and ${none}`),
    ],
    [
      'begins a wave though a host of a later one was not reached',
      { waves: two, busy: 'a b c e f', failed: 'd' },
      ['a', 'b c'],
      ['e', 'f'].map((host) => `${host}: 1 host failed, and ${none}`),
    ],
    [
      'is held to --max-fail over all waves instead',
      { waves: two, maxFail: '2', bad: 'a b d e' },
      ['a', 'b c', 'd e f'],
      ['e', 'f'].map((host) => `${host}: 3 hosts failed, and --max-fail is 2`),
    ],
  ])('%s', async (_, story, begun, skipped) => {
    expect(await play(story)).toEqual({ begun, skipped });
  });
});
