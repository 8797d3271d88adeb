import type { Failure } from '../domain/outcome.ts';
import type { Channel } from './channel.ts';
import { createEnding } from './ending.ts';
import { createPreamble } from './preamble.ts';
import { decodeText, splitLines } from './text-stream.ts';

/** What a shell gives while it runs. */
export type Output = {
  /**
   * Resolves when the shell is ready, as told on standard output. Waiting for standard error as well would cost 40 ms: sshd sends the two
   * small packets under Nagle's algorithm, and nothing flows back in between.
   */
  readonly ready: Promise<void>;
  /** Resolves where the output must not go on; rejects with what `onLine` threw. */
  readonly stopped: Promise<Failure>;
  /** What came on standard error before the shell was ready. */
  readonly said: () => string;
  /** Takes all that comes from now on, once the shell is ready, as the output of one program. */
  readonly take: (wish: OutputWish) => ProgramOutput;
};

/** How a program's output is taken. */
type OutputWish = {
  readonly onLine: ((line: string) => void) | null;
  /** What its last line begins with, before the exit code; null where it ends with its shell. */
  readonly endMarker: string | null;
};

/** What one program gives. */
type ProgramOutput = {
  /** Resolves with the exit code when the marker came; never where there is none. */
  readonly ended: Promise<number>;
  readonly stdout: () => string;
  readonly stderr: () => string;
};

/** More than this means a program gone wild, which must not take the controller with it. In UTF-16 units, both streams together. */
const maxOutputLength = 64 * 1024 * 1024;

/**
 * Collects both outputs of a shell as text, without what comes before the line `readyMarker` on each. `onSaid` is called with all that came on
 * standard error before the shell was ready, each time more of it comes.
 */
export function collectOutput(channel: Channel, readyMarker: string, onSaid: (said: string) => void): Output {
  const before = { stdout: createPreamble(readyMarker), stderr: createPreamble(readyMarker) };
  let taker: Taker = collect({ onLine: null, endMarker: null });
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });

  const stopped = new Promise<Failure>((stop, reject) => {
    // An exception inside a stream's event would be taken for a broken SSH connection.
    const guard = (work: () => void) => {
      try {
        work();
      } catch (error) {
        reject(error);
      }
    };
    const take = (stream: 'stdout' | 'stderr', text: string) => {
      const own = before[stream].write(text);
      if (own !== '') taker.write(stream, own);
      if (stream === 'stderr' && !before.stderr.isOver()) onSaid(before.stderr.text());
      if (before.stdout.isOver()) markReady();
      if (taker.length() > maxOutputLength)
        stop({ kind: 'protocol', message: `the program printed more than ${maxOutputLength >> 20} MiB` });
    };
    for (const stream of ['stdout', 'stderr'] as const) {
      const sink = decodeText((text) => take(stream, text));
      channel[stream].on('data', (chunk: Buffer) => guard(() => sink.write(chunk)));
      channel[stream].once('end', () =>
        guard(() => {
          sink.end();
          if (stream === 'stdout') taker.end();
        }),
      );
    }
  });
  return {
    ready,
    stopped,
    said: () => before.stderr.text(),
    take: (wish) => {
      taker = collect(wish);
      return taker;
    },
  };
}

type Taker = ProgramOutput & {
  readonly write: (stream: 'stdout' | 'stderr', text: string) => void;
  readonly end: () => void;
  readonly length: () => number;
};

function collect({ onLine, endMarker }: OutputWish): Taker {
  const pieces: { readonly stdout: string[]; readonly stderr: string[] } = { stdout: [], stderr: [] };
  const lines = onLine === null ? null : splitLines(onLine);
  const ending = endMarker === null ? null : createEnding(endMarker);
  let length = 0;
  let isOver = false;
  let tellEnd = (_exitCode: number) => {};
  const ended = new Promise<number>((resolve) => {
    tellEnd = resolve;
  });
  const keep = (stream: 'stdout' | 'stderr', text: string) => {
    if (text === '') return;
    pieces[stream].push(text);
    length += text.length;
    if (stream === 'stdout') lines?.write(text);
  };
  return {
    ended,
    stdout: () => pieces.stdout.join(''),
    stderr: () => pieces.stderr.join(''),
    length: () => length,
    write: (stream, text) => {
      // Something that it left running may still print.
      if (isOver) return;
      if (stream === 'stderr' || ending === null) {
        keep(stream, text);
        return;
      }
      const { own, exitCode } = ending.write(text);
      keep(stream, own);
      if (exitCode === null) return;
      isOver = true;
      lines?.end();
      tellEnd(exitCode);
    },
    end: () => {
      if (isOver) return;
      keep('stdout', ending?.rest() ?? '');
      lines?.end();
    },
  };
}
