import { DefaultRenderer, Listr, ListrDefaultRendererLogLevels, ListrLogger, ProcessOutput, Spinner } from 'listr2';
import type { Phase } from '../domain/outcome.ts';
import { createBadNews } from './bad-news.ts';
import { countsLine, liveRows, phaseTitle } from './board-text.ts';
import { type Palette, paletteOf } from './palette.ts';
import { printableLine } from './printable.ts';
import { createProgress } from './progress.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { describeRunEvent } from './run-text.ts';
import { widthOf } from './width.ts';
import { wrapText } from './wrap.ts';

// Whether there is a terminal was decided by who asks for a board. listr2 would look at standard output, which `push > plan.txt` redirects.
DefaultRenderer.nonTTY = true;

/**
 * A live board for a terminal: one row per phase, the counts, and at most eight hosts at work, drawn five times a second and where a phase
 * ends. Never a row per host, and no drawing per event: listr2 measures every line again at each drawing, which at 100 hosts blocks the
 * event loop for seconds. Hosts that end badly, and notes, are told at once above it, where they stay.
 */
export function createBoard(options: ReporterOptions): Reporter {
  const { hosts, phases, terminal, now } = options;
  const palette = paletteOf(terminal);
  const progress = createProgress(hosts, phases);
  const startMs = now();
  const badNews = createBadNews(palette);
  const notes: string[] = [];
  let current: { readonly index: number; readonly finish: (isSkipped: boolean) => void } | null = null;

  const list = new Listr<unknown, 'default', 'simple'>(
    phases.map((phase, index) => ({
      title: titleOf(phase, index),
      task: (_, task) =>
        new Promise<void>((resolve) => {
          current = {
            index,
            finish: (isSkipped) => {
              current = null;
              if (isSkipped) task.skip(titleOf(phase, index));
              resolve();
            },
          };
          refresh();
        }),
      rendererOptions: { bottomBar: 1 },
    })),
    {
      renderer: 'default',
      // Its own listener would end the process at once, and leave armed hosts without a word.
      registerSignalListeners: false,
      rendererOptions: {
        ...rendererStyle(palette),
        logger: loggerOn(terminal, takeLines),
        spinner: slowSpinner(refresh),
      },
    },
  );
  const run = list.run();

  return {
    emit: (event) => {
      progress.record(event, now());
      if (event.kind === 'end') badNews.add(event.host, event.outcome);
    },
    emitRun: (event) => note(describeRunEvent(event)),
    note,
    close: async () => {
      progress.settle();
      refresh();
      await run;
      terminal.write('\n');
    },
  };

  function note(text: string): void {
    notes.push(text);
    refresh();
  }

  /** What has come since the last drawing, to stay above the next one. */
  function takeLines(): readonly string[] {
    const columns = terminal.columns();
    const said = notes.splice(0).map((text) => palette.yellow(wrapText(printableLine(text), { first: '', columns })));
    return [...badNews.take(columns), ...said];
  }

  function titleOf(phase: Phase, index: number): string {
    return phaseTitle(phase, progress.phaseCount(index), palette);
  }

  function refresh(): void {
    // Set past the setter, which would draw once per row.
    for (const [index, task] of list.tasks.entries()) task.title = titleOf(phases[index] as Phase, index);
    if (current === null) return;
    const { passed, expected } = progress.phaseCount(current.index);
    const task = list.tasks[current.index];
    if (passed === expected || progress.isSettled()) current.finish(passed < expected || expected === 0);
    else if (task !== undefined) task.output$ = bottomOf();
  }

  function bottomOf(): string {
    // listr2 indents by two and cuts at two less than the terminal has.
    const columns = terminal.columns() - 2;
    const limit = Math.min(8, terminal.rows() - phases.length - 4);
    const rows = liveRows(progress, { nowMs: now(), limit, columns });
    return [countsLine(progress, now() - startMs, palette), ...rows].join('\n');
  }
}

type RendererOptions = NonNullable<DefaultRenderer['options']>;

function rendererStyle(palette: Palette): Pick<RendererOptions, 'formatOutput' | 'icon' | 'color'> {
  const { COMPLETED, PENDING, SKIPPED_WITH_COLLAPSE, WAITING, OUTPUT_WITH_BOTTOMBAR } = ListrDefaultRendererLogLevels;
  return {
    formatOutput: 'truncate',
    icon: { [WAITING]: '·', [OUTPUT_WITH_BOTTOMBAR]: '' },
    // listr2 decides on colours by standard output; here the caller does.
    color: {
      [COMPLETED]: palette.green,
      [PENDING]: palette.yellow,
      [SKIPPED_WITH_COLLAPSE]: palette.dim,
      [WAITING]: palette.dim,
    },
  };
}

/**
 * A logger on the caller's sink. listr2 takes over `write` of the stream it is given, so it is given one of its own. A drawing begins by
 * erasing the one before it: `takeLines` gives what goes between the two.
 */
function loggerOn(
  terminal: ReporterOptions['terminal'],
  takeLines: () => readonly string[],
): ListrLogger<ListrDefaultRendererLogLevels> {
  let drawn = '';
  const stream = {
    write: (text: string) => {
      const [erasing = ''] = erasingLines.exec(text) ?? [];
      // A window that became narrower has broken the lines of the last drawing, which only counts those it made.
      const broken = erasing === '' ? 0 : rowsAdded(drawn, terminal.columns());
      const above = takeLines().map((line) => `${line}\n`);
      drawn = text.slice(erasing.length);
      terminal.write(`${erasing}${upAndErase.repeat(broken)}${above.join('')}${drawn}`);
      return true;
    },
    isTTY: true,
    // A terminal may be resized at any time.
    get columns() {
      return terminal.columns();
    },
    get rows() {
      return terminal.rows();
    },
  } as unknown as NodeJS.WriteStream;
  return new ListrLogger<ListrDefaultRendererLogLevels>({ processOutput: new ProcessOutput(stream, stream) });
}

// What log-update writes before each drawing: erase a line, one up, and at last to the first column.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are the terminal's codes
const erasingLines = /^(?:\x1b\[(?:2K|1A|G))*/;

const upAndErase = '\x1b[1A\x1b[2K';

/** How many rows more text takes on a terminal that breaks lines at so many columns. */
function rowsAdded(text: string, columns: number): number {
  return text.split('\n').reduce((sum, line) => sum + Math.max(0, Math.ceil(widthOf(line) / columns) - 1), 0);
}

/** listr2's spinner at five drawings a second, with fresh rows for each. */
function slowSpinner(refresh: () => void): Spinner {
  const spinner = new Spinner();
  const start = spinner.start.bind(spinner);
  spinner.start = () => start(refresh, 200);
  return spinner;
}
