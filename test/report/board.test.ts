import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HostName } from '../../src/domain/host.ts';
import type { HostOutcome, Phase } from '../../src/domain/outcome.ts';
import { createBoard } from '../../src/report/board.ts';

const phases: readonly Phase[] = ['connect', 'observe', 'apply'];
const unchanged: HostOutcome = { status: 'unchanged' };
const refused: HostOutcome = {
  status: 'unreachable',
  because: { kind: 'connect', message: 'connection refused', isTransient: true },
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the board', () => {
  it('shows the phases, the counts and the hosts at work', async () => {
    const { board, screen } = await openBoard(3);
    board.emit({ kind: 'phase', host: name(1), phase: 'observe' });
    board.emit({ kind: 'phase', host: name(2), phase: 'apply' });
    board.emit({ kind: 'step', host: name(2), text: 'files\nwritten' });
    board.emit({ kind: 'end', host: name(3), outcome: refused, elapsedMs: 1 });
    await screen.pass(2_300);
    expect(screen.frame().replace(/^\S (?=observe)/m, '* ')).toBe(`\
✔ connect  2/2
* observe  1/2
· apply    0/2

2.3 s  1 of 3 done: 1 unreachable
  n1  observe   2.3 s
  n2  apply     2.3 s  files / written`);
    await board.close();
  });

  it('shows at most eight rows of hosts, whatever their number', async () => {
    const { board, screen } = await openBoard(500);
    for (let i = 1; i <= 500; i++) board.emit({ kind: 'phase', host: name(i), phase: 'connect' });
    await screen.pass(200);
    const lines = screen.frame().split('\n');
    expect(lines).toHaveLength(phases.length + 2 + 8);
    expect(lines.at(-1)).toBe('  … and 493 more');
    await board.close();
  });

  it('takes fewer rows where the terminal is low, and cuts them where it is narrow', async () => {
    const { board, screen } = await openBoard(500, { columns: 24, rows: 12 });
    for (let i = 1; i <= 500; i++) {
      board.emit({ kind: 'phase', host: name(i), phase: 'connect' });
      board.emit({ kind: 'step', host: name(i), text: 'a step with many words to tell of' });
    }
    await screen.pass(200);
    const lines = screen.frame().split('\n');
    expect(lines.length).toBeLessThan(12);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(24);
    await board.close();
  });

  it('draws by the clock, five times a second, and not by event', async () => {
    const { board, screen } = await openBoard(500);
    const before = screen.drawings();
    for (let i = 1; i <= 500; i++) {
      board.emit({ kind: 'phase', host: name(i), phase: 'connect' });
      for (const text of ['a', 'b', 'c']) board.emit({ kind: 'step', host: name(i), text });
    }
    expect(screen.drawings()).toBe(before);
    await screen.pass(1_000);
    expect(screen.drawings() - before).toBe(5);
    await board.close();
  });

  it('tells a note once, above the drawing, where it stays', async () => {
    const { board, screen } = await openBoard(2);
    board.note('interrupted: once more stops now');
    await screen.pass(400);
    await board.close();
    expect(screen.text().match(/^interrupted: once more stops now\n\S connect/gm)).toHaveLength(1);
  });

  it('tells at once why hosts end badly, those with the same cause together, and again no more', async () => {
    const { board, screen } = await openBoard(40);
    for (const i of [1, 2, 3]) board.emit({ kind: 'end', host: name(i), outcome: refused, elapsedMs: 1 });
    board.emit({ kind: 'end', host: name(4), outcome: unchanged, elapsedMs: 1 });
    const output = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`);
    const because = { kind: 'action', action: 'Ask the switch', message: 'exit code 3', output } as const;
    board.emit({ kind: 'end', host: name(5), outcome: { status: 'failed', because }, elapsedMs: 1 });
    await screen.pass(200);
    expect(screen.frame()).toContain(`\
✖ unreachable  n[1-3]: connection refused
✖ failed  n5: Ask the switch: exit code 3
    | line 11
    | line 12
`);
    expect(screen.frame()).toMatch(/\| line 30\n\S connect/);
    await screen.pass(200);
    expect(screen.frame()).not.toContain('✖');
    await board.close();
  });

  it('tells at once of hosts with the same trouble at addresses of their own', async () => {
    const { board, screen } = await openBoard(40);
    for (const i of [1, 2, 3]) {
      const because = {
        kind: 'timeout',
        message: `10.0.0.${i}: no TCP connection`,
        common: 'no TCP connection',
        afterMs: 10_000,
      } as const;
      board.emit({ kind: 'end', host: name(i), outcome: { status: 'unreachable', because }, elapsedMs: 1 });
    }
    await screen.pass(200);
    expect(screen.frame()).toContain('✖ unreachable  n[1-3]: no TCP connection (gave up after 10 s)\n');
    await board.close();
  });

  it('leaves what is too much to tell to the summary', async () => {
    const { board, screen } = await openBoard(500);
    for (let i = 1; i <= 500; i++) {
      const because = { kind: 'connect', message: `port ${i}`, isTransient: true } as const;
      board.emit({ kind: 'end', host: name(i), outcome: { status: 'unreachable', because }, elapsedMs: 1 });
      if (i % 100 === 0) await screen.pass(200);
    }
    await board.close();
    expect(screen.text().match(/^✖/gm)).toHaveLength(20);
    expect(screen.text().match(/^further failures: in the summary$/gm)).toHaveLength(1);
  });

  it('tells a cause that comes again and again three times, and another one all the same', async () => {
    const { board, screen } = await openBoard(40);
    for (let i = 1; i <= 30; i++) {
      board.emit({ kind: 'end', host: name(i), outcome: refused, elapsedMs: 1 });
      await screen.pass(200);
    }
    const because = { kind: 'stale', message: 'it changed' } as const;
    board.emit({ kind: 'end', host: name(31), outcome: { status: 'failed', because }, elapsedMs: 1 });
    await screen.pass(200);
    await board.close();
    expect(screen.text().match(/^(✖.*|further.*)$/gm)).toEqual([
      '✖ unreachable  n1: connection refused',
      '✖ unreachable  n2: connection refused',
      '✖ unreachable  n3: connection refused',
      'further failures: in the summary',
      '✖ failed  n31: it changed',
    ]);
  });

  it('follows a terminal whose size changes', async () => {
    const size = { columns: 80, rows: 24 };
    const { board, screen } = await openBoard(500, size);
    for (let i = 1; i <= 500; i++) board.emit({ kind: 'phase', host: name(i), phase: 'connect' });
    await screen.pass(200);
    expect(screen.frame().split('\n')).toHaveLength(13);
    size.rows = 10;
    await screen.pass(200);
    expect(screen.frame().split('\n')).toHaveLength(8);
    await board.close();
  });

  it('erases what a terminal that became narrower has made of the lines before', async () => {
    const size = { columns: 80, rows: 24 };
    const { board, screen } = await openBoard(1, size);
    board.emit({ kind: 'phase', host: name(1), phase: 'observe' });
    board.emit({ kind: 'step', host: name(1), text: 'x'.repeat(50) });
    await screen.pass(200);
    const rows = screen.frame().split('\n').length;
    await screen.pass(200);
    // Those of the drawing, and the one below where the cursor waits.
    expect(screen.erased()).toBe(rows + 1);
    size.columns = 30;
    await screen.pass(200);
    expect(screen.erased()).toBe(rows + 1 + 2);
    await screen.pass(200);
    expect(screen.erased()).toBe(rows + 1);
    await board.close();
  });

  it('ends with each phase and how many hosts went through it', async () => {
    const { board, screen } = await openBoard(2);
    board.emit({ kind: 'phase', host: name(1), phase: 'observe' });
    board.emit({ kind: 'end', host: name(1), outcome: unchanged, elapsedMs: 1 });
    board.emit({ kind: 'phase', host: name(2), phase: 'observe' });
    board.emit({ kind: 'end', host: name(2), outcome: refused, elapsedMs: 1 });
    await board.close();
    expect(screen.text()).toMatch(/✔ connect {2}2\/2\n✔ observe {2}2\/2 {2}1 failed\n↓ apply {4}for no host\n\n$/);
  });

  it('marks a phase that not every host came through when it was closed', async () => {
    const { board, screen } = await openBoard(2);
    board.emit({ kind: 'phase', host: name(1), phase: 'observe' });
    await board.close();
    expect(screen.text()).toMatch(/↓ connect {2}1\/2\n↓ observe {2}1\/2\n↓ apply {4}0\/2\n\n$/);
  });

  it('leaves the streams of the process and its signals alone', async () => {
    const { stdout, stderr } = process;
    const before = [stdout.write, stderr.write, process.listenerCount('SIGINT')];
    const { board } = await openBoard(2);
    expect([stdout.write, stderr.write, process.listenerCount('SIGINT')]).toEqual(before);
    await board.close();
  });
});

/** A board on a screen that only remembers, at a clock that only goes on by `pass`. */
async function openBoard(hostCount: number, size = { columns: 80, rows: 24 }) {
  const writes: string[] = [];
  let nowMs = 0;
  const board = createBoard({
    hosts: Array.from({ length: hostCount }, (_, i) => name(i + 1)),
    phases,
    mode: 'board',
    terminal: {
      write: (text) => void writes.push(text),
      columns: () => size.columns,
      rows: () => size.rows,
      color: false,
    },
    writeResult: () => {
      throw new Error('a board writes no results');
    },
    now: () => nowMs,
  });
  // The renderer starts its clock once its parts are loaded.
  while (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  const text = () => plain(writes.join(''));
  return {
    board,
    screen: {
      text,
      /** The last drawing: what was written after lines were erased. */
      frame: () => plain(writes.findLast((write) => plain(write).includes('connect')) ?? '').trimEnd(),
      /** How many rows the last drawing began with erasing. */
      erased: () => (writes.findLast((write) => plain(write).includes('connect')) ?? '').split('\x1b[2K').length - 1,
      drawings: () => writes.filter((write) => plain(write).includes('connect')).length,
      pass: async (milliseconds: number) => {
        nowMs += milliseconds;
        await vi.advanceTimersByTimeAsync(milliseconds);
      },
    },
  };
}

function name(index: number): HostName {
  return `n${index}` as HostName;
}

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes are what is taken out
  return text.replaceAll(/\x1b\[[\d;?]*[A-Za-z]/g, '');
}
