import type { HostName } from '../domain/host.ts';
import type { HostEvent, Phase, RunEvent } from '../domain/outcome.ts';
import { unreachable } from '../domain/result.ts';
import { createLines } from './lines.ts';
import { eventLine } from './ndjson.ts';
import { describeRunEvent } from './run-text.ts';

/** Listens to a run and tells of it while it goes on. */
export type Reporter = {
  /** Takes one event. Never waits. */
  readonly emit: (event: HostEvent) => void;
  /** Takes an event of the run as a whole: a note for people, an event for machines. */
  readonly emitRun: (event: RunEvent) => void;
  /** Tells people one line that is about no single host, such as an interrupt, without spoiling what is drawn. */
  readonly note: (text: string) => void;
  /** Draws the last state and gives the terminal back. Nothing may be emitted afterwards. */
  readonly close: () => Promise<void>;
};

/** `board`: a live view for a terminal; `lines`: a plain line per end; `json`: each event as NDJSON; `none`: silence. */
export type ReporterMode = 'board' | 'lines' | 'json' | 'none';

/** What a reporter needs. While it is open, nothing else may write to the terminal: see `note`. */
export type ReporterOptions = {
  readonly hosts: readonly HostName[];
  /** The phases this run is made of, in order; `revert` need not be among them. */
  readonly phases: readonly Phase[];
  readonly mode: ReporterMode;
  /** Where people look: standard error. */
  readonly terminal: {
    readonly write: (text: string) => void;
    readonly columns: () => number;
    readonly rows: () => number;
    readonly color: boolean;
  };
  /** Where machines read: standard output. */
  readonly writeResult: (text: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** Opens a reporter. */
export async function createReporter(options: ReporterOptions): Promise<Reporter> {
  const { mode, hosts, terminal, writeResult, now } = options;
  const note = (text: string) => terminal.write(`${text}\n`);
  const emitRun = (event: RunEvent) => note(describeRunEvent(event));
  const close = async () => {};
  switch (mode) {
    case 'board': {
      if (hosts.length === 0) return { emit: () => {}, emitRun, note, close };
      // listr2 takes long to load: only where it is wanted.
      const { createBoard } = await import('./board.ts');
      return createBoard(options);
    }
    case 'lines':
      return createLines(options);
    case 'json':
      return {
        emit: (event) => writeResult(eventLine(event, now())),
        emitRun: (event) => writeResult(eventLine(event, now())),
        note,
        close,
      };
    case 'none':
      return { emit: () => {}, emitRun, note, close };
    default:
      return unreachable(mode);
  }
}

/** The mode for what the user asked for and where it is shown. A terminal too low for a board gets lines. */
export function reporterMode(wish: {
  readonly output: 'text' | 'json';
  readonly progress: boolean;
  /** True on a terminal where lines can be drawn over. */
  readonly canRedraw: boolean;
  readonly rows: number;
}): ReporterMode {
  if (wish.output === 'json') return 'json';
  if (!wish.progress) return 'none';
  return wish.canRedraw && wish.rows >= 12 ? 'board' : 'lines';
}
