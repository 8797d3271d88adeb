import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutBatches } from '../../src/deploy/batches.ts';
import { failureBudget } from '../../src/deploy/budget.ts';
import { rollOut, rollOutBatches } from '../../src/deploy/rollout.ts';
import { parsePortion } from '../../src/domain/portion.ts';
import { sure } from './sample-state.ts';

type Story = {
  readonly hosts: number;
  readonly serial?: string;
  readonly forks?: number;
  readonly maxFail?: string;
  /** Hosts that fail when they are worked on. */
  readonly bad?: readonly number[];
  /** Hosts that the gate finds wrong. */
  readonly wrong?: readonly number[];
  readonly failedBefore?: number;
  /** An interrupt comes while this host is at work. */
  readonly interruptAt?: number;
};

/** Plays a rollout of hosts 1, 2, … and gives what happened, in order, and how each host ended. */
async function play(story: Story) {
  const { hosts, serial = '', forks = 1, maxFail, bad = [], wrong = [], failedBefore = 0, interruptAt } = story;
  const events: string[] = [];
  let isInterrupted = false;
  const sizes = serial === '' ? [] : serial.split(',').map((size) => sure(parsePortion(size)));
  const all = Array.from({ length: hosts }, (_, i) => i + 1);
  const limit = maxFail === undefined ? null : sure(parsePortion(maxFail));
  const budget = failureBudget(limit, { hosts, failedBefore, limitName: '--max-fail' });
  const batches = cutBatches(all, sizes).map((items) => ({ items, budget, earlier: [] }));
  const results = await rollOutBatches<number, string>(batches, {
    forks,
    work: async (host) => {
      events.push(`begin ${host}`);
      if (host === interruptAt) isInterrupted = true;
      await new Promise((resolve) => setImmediate(resolve));
      return bad.includes(host) ? 'bad' : 'good';
    },
    skip: async (_, because) => because,
    isBad: (result) => result === 'bad',
    interruption: () => (isInterrupted ? 'interrupted' : null),
    beginBatch: (batch, index) => events.push(`batch ${index + 1}: ${batch.join(' ')}`),
    gate: async (batch, index) => {
      events.push(`gate ${index + 1}: ${batch.join(' ')}`);
      const start = cutBatches(all, sizes).slice(0, index).flat().length;
      return batch.filter((_, i) => wrong.includes(start + i + 1)).length;
    },
  });
  return { events, results };
}

describe('a rollout in batches', () => {
  it('passes the gate after each batch but the last', async () => {
    const { events, results } = await play({ hosts: 3, serial: '1,2' });
    expect(events).toEqual(['batch 1: 1', 'begin 1', 'gate 1: good', 'batch 2: 2 3', 'begin 2', 'begin 3']);
    expect(results).toEqual(['good', 'good', 'good']);
  });

  const none = 'no --max-fail allows it';
  it.each<[string, Story, readonly string[]]>([
    ['tries one batch to its end whatever fails', { hosts: 3, bad: [1] }, ['bad', 'good', 'good']],
    ['tries one batch though hosts failed before it', { hosts: 2, failedBefore: 4 }, ['good', 'good']],
    [
      'begins no batch after a failure, and finishes the one it came in',
      { hosts: 5, serial: '3', bad: [1] },
      ['bad', 'good', 'good', `1 host failed, and ${none}`, `1 host failed, and ${none}`],
    ],
    [
      'begins no batch at all where a host failed before',
      { hosts: 2, serial: '1', failedBefore: 1 },
      [`1 host failed, and ${none}`, `1 host failed, and ${none}`],
    ],
    [
      'goes on as long as --max-fail allows, over all batches',
      { hosts: 6, serial: '1', maxFail: '2', bad: [1, 3, 4] },
      ['bad', 'good', 'bad', 'bad', '3 hosts failed, and --max-fail is 2', '3 hosts failed, and --max-fail is 2'],
    ],
    [
      'counts what failed before against --max-fail',
      { hosts: 3, serial: '1', maxFail: '1', failedBefore: 1, bad: [1] },
      ['bad', '2 hosts failed, and --max-fail is 1', '2 hosts failed, and --max-fail is 1'],
    ],
    [
      'stops within a batch where --max-fail was said',
      { hosts: 3, maxFail: '0', bad: [1] },
      ['bad', '1 host failed, and --max-fail is 0', '1 host failed, and --max-fail is 0'],
    ],
    ['counts what the gate finds', { hosts: 2, serial: '1', wrong: [1] }, ['good', `1 host failed, and ${none}`]],
    [
      'lets --max-fail cover what the gate finds',
      { hosts: 2, serial: '1', maxFail: '1', wrong: [1] },
      ['good', 'good'],
    ],
    [
      'stops at an interrupt, and names it rather than failures',
      { hosts: 4, serial: '2', bad: [1], interruptAt: 1 },
      ['bad', 'interrupted', 'interrupted', 'interrupted'],
    ],
  ])('%s', async (_, story, expected) => {
    expect((await play(story)).results).toEqual(expected);
  });

  it('lets hosts at work come to their end at an interrupt, and asks no gate', async () => {
    const { results, events } = await play({ hosts: 5, serial: '4', forks: 2, interruptAt: 2 });
    expect(results).toEqual(['good', 'good', 'interrupted', 'interrupted', 'interrupted']);
    expect(events).toEqual(['batch 1: 1 2 3 4', 'begin 1', 'begin 2']);
  });

  it('begins a host of the next batch only when all of the one before have ended', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 7 }), async (hosts, size) => {
        const { events } = await play({ hosts, serial: String(size), forks: 3 });
        const order = events.flatMap((event) => (event.startsWith('begin') ? [Number(event.slice(6))] : []));
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: hosts }, (_, i) => i + 1));
        const batchOf = (host: number) => Math.floor((host - 1) / size);
        expect(order.map(batchOf)).toEqual([...order.map(batchOf)].sort((a, b) => a - b));
      }),
      { numRuns: 30 },
    );
  });

  it('never has more failures than allowed plus the hosts at work', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          hosts: fc.integer({ min: 1, max: 20 }),
          forks: fc.integer({ min: 1, max: 5 }),
          allowed: fc.nat(6),
          bad: fc.uniqueArray(fc.integer({ min: 1, max: 20 })),
        }),
        async ({ hosts, forks, allowed, bad }) => {
          const { results } = await play({ hosts, forks, maxFail: String(allowed), bad });
          expect(results.filter((result) => result === 'bad').length).toBeLessThanOrEqual(allowed + forks);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('rollOut', () => {
  it('keeps the order of results and the number of hosts at a time', async () => {
    let atWork = 0;
    let most = 0;
    const results = await rollOut([30, 10, 20, 0], 2, async (ms) => {
      most = Math.max(most, ++atWork);
      await new Promise((resolve) => setTimeout(resolve, ms));
      atWork--;
      return ms;
    });
    expect(results).toEqual([30, 10, 20, 0]);
    expect(most).toBe(2);
  });
});
