import { formatDuration } from './duration.ts';
import { describeOutcome, paintOf, statusWords } from './outcome-text.ts';
import { paletteOf } from './palette.ts';
import { printableLine } from './printable.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { describeRunEvent } from './run-text.ts';

/** A plain line for each host that ends, and for each that starts to revert, with the time and how many are done: for logs. An empty line ends them. */
export function createLines({ hosts, terminal, now }: ReporterOptions): Reporter {
  const palette = paletteOf(terminal);
  const startMs = now();
  const numberWidth = String(hosts.length).length;
  let done = 0;
  let isBegun = false;
  return {
    emit: (event) => {
      if (event.kind === 'end') {
        done++;
        const { status } = event.outcome;
        const text = printableLine(describeOutcome(event.outcome));
        line(`${event.host} ${paintOf(status, palette)(statusWords(status))}${text === '' ? '' : `: ${text}`}`);
      } else if (event.kind === 'phase' && event.phase === 'revert') line(`${event.host} reverting`);
    },
    emitRun: (event) => line(describeRunEvent(event)),
    note: line,
    close: async () => {
      if (isBegun) terminal.write('\n');
    },
  };

  function line(text: string): void {
    isBegun = true;
    const clock = formatDuration(now() - startMs).padStart(8);
    terminal.write(`${clock}  ${String(done).padStart(numberWidth)}/${hosts.length}  ${text}\n`);
  }
}
