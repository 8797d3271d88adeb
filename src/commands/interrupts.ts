import { toShell } from '../domain/command.ts';
import { count } from '../report/count.ts';
import { exitCodes } from './exit-codes.ts';
import type { InFlight } from './in-flight.ts';
import { type Io, pastBoard } from './io.ts';

/** Whether the user wants the run to end. */
export type Interrupts = {
  readonly isInterrupted: () => boolean;
  /** Leaves signals to others again. */
  readonly stop: () => void;
};

/**
 * Listens for signals. The first lets hosts at work come to their end; the next ends the process at once, after it has said which nodes are
 * left pending and until when.
 */
export function listenForInterrupts(
  io: Io,
  run: {
    readonly inFlight: InFlight;
    /** Tells people one line while progress is shown. */
    readonly note: (text: string) => void;
    /** What shows afterwards how it ended, without its `-l`. */
    readonly command: readonly string[];
    /** Called before the process ends; it has no time but this. */
    readonly beforeEnd: () => void;
  },
): Interrupts {
  const { inFlight, note, command, beforeEnd } = run;
  let isInterrupted = false;
  const stop = io.onInterrupt((signal) => {
    if (isInterrupted) {
      // The board has no time left to draw.
      io.stderr(`${pastBoard(io)}${farewell(inFlight, command)}`);
      beforeEnd();
      process.exit(exitCodes.interrupted);
    }
    isInterrupted = true;
    const work =
      inFlight.count() === 0 ? 'none is at work' : `${count(inFlight.count(), 'host')} at work will finish or revert`;
    note(`${signal}: no more hosts are started; ${work}. Once more stops now.`);
  });
  return { isInterrupted: () => isInterrupted, stop };
}

function farewell(inFlight: InFlight, command: readonly string[]): string {
  const fates = inFlight.describeFates();
  if (fates.length === 0) return 'Stopped. No host is left pending.\n';
  return [
    'Stopped. What becomes of the hosts that were at work:',
    ...fates.map((fate) => `  ${fate}`),
    // A long list helps nobody, and to audit the others as well does no harm.
    `Then: ${toShell([...command, ...(inFlight.count() > 8 ? [] : ['-l', inFlight.hosts().join(',')])])}`,
    '',
  ].join('\n');
}
