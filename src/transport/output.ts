import type { Failure } from '../domain/outcome.ts';
import type { Channel } from './channel.ts';
import { createPreamble } from './preamble.ts';
import { decodeText, splitLines } from './text-stream.ts';

/** What a command gives while it runs. */
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
  readonly stdout: () => string;
  readonly stderr: () => string;
};

/** Who listens. */
export type OutputListener = {
  /** Called with all that came on standard error before the shell was ready, each time more of it comes. */
  readonly onSaid: (said: string) => void;
  readonly onLine: ((line: string) => void) | null;
};

/** More than this means a program gone wild, which must not take the controller with it. In UTF-16 units, both streams together. */
const maxOutputLength = 64 * 1024 * 1024;

/** Collects both outputs of a command as text, without what comes before the line `readyMarker` on each. */
export function collectOutput(channel: Channel, readyMarker: string, { onSaid, onLine }: OutputListener): Output {
  const before = { stdout: createPreamble(readyMarker), stderr: createPreamble(readyMarker) };
  const pieces: { readonly stdout: string[]; readonly stderr: string[] } = { stdout: [], stderr: [] };
  const lines = onLine === null ? null : splitLines(onLine);
  let length = 0;
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
      if (own !== '') pieces[stream].push(own);
      length += own.length;
      if (stream === 'stdout' && own !== '') lines?.write(own);
      if (stream === 'stderr' && !before.stderr.isOver()) onSaid(before.stderr.text());
      if (before.stdout.isOver()) markReady();
      if (length > maxOutputLength)
        stop({ kind: 'protocol', message: `the program printed more than ${maxOutputLength >> 20} MiB` });
    };
    for (const stream of ['stdout', 'stderr'] as const) {
      const sink = decodeText((text) => take(stream, text));
      channel[stream].on('data', (chunk: Buffer) => guard(() => sink.write(chunk)));
      channel[stream].once('end', () =>
        guard(() => {
          sink.end();
          if (stream === 'stdout') lines?.end();
        }),
      );
    }
  });
  return {
    ready,
    stopped,
    said: () => before.stderr.text(),
    stdout: () => pieces.stdout.join(''),
    stderr: () => pieces.stderr.join(''),
  };
}
