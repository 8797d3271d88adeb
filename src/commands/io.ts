import { createInterface } from 'node:readline';

/** How a command meets the outside: streams, terminal, environment, questions, signals. Handed in, so that tests need no terminal. */
export type Io = {
  /** For results that machines or pipes read. */
  readonly stdout: (text: string) => void;
  /** For everything else that people read. */
  readonly stderr: (text: string) => void;
  /** True where standard error is a terminal. */
  readonly isTty: boolean;
  /** True where standard input is a terminal, so that a question can be answered. */
  readonly isInputTty: boolean;
  /** The width of the terminal behind standard error (80 where it does not tell); Infinity where it is none. */
  readonly columns: () => number;
  /** The width of the terminal behind standard output likewise. */
  readonly resultColumns: () => number;
  /** The height of the one behind standard error, 24 where it does not tell. */
  readonly rows: () => number;
  /** Whether to mark text with colours: see `wantsColor`. */
  readonly color: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Asks a question that is answered by y or yes; all else, and the end of input, is no. Ask only where `isInputTty`. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Asks for a text. Ask only where `isInputTty`; null at the end of input. */
  readonly ask: (question: string) => Promise<string | null>;
  /** Asks for a text that is not shown while it is typed. Ask only where `isInputTty`; null at the end of input. */
  readonly askSecret: (question: string) => Promise<string | null>;
  /** Calls the listener at each SIGINT, SIGTERM and SIGHUP instead of ending the process. Returns what takes the listener away again. */
  readonly onInterrupt: (listener: (signal: InterruptSignal) => void) => () => void;
};

/** The signals that ask the process to end. */
type InterruptSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The real outside of this process. Call it once. */
export function processIo(): Io {
  const { stdout, stderr, stdin, env } = process;
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  const isTty = stderr.isTTY === true;
  return {
    stdout: (text) => void stdout.write(text),
    stderr: sayToPeople,
    isTty,
    isInputTty: stdin.isTTY === true,
    columns: () => (isTty ? stderr.columns || 80 : Number.POSITIVE_INFINITY),
    resultColumns: () => (stdout.isTTY === true ? stdout.columns || 80 : Number.POSITIVE_INFINITY),
    rows: () => (isTty ? stderr.rows || 24 : Number.POSITIVE_INFINITY),
    color: wantsColor(env, isTty && stdout.isTTY === true),
    env,
    confirm,
    ask,
    askSecret,
    onInterrupt,
  };
}

/**
 * Whether output is coloured: NO_COLOR (not empty) forbids it, FORCE_COLOR (not empty, 0 or false) demands it, else both outputs must be
 * terminals that know colours. Both, because a plan goes to one and progress to the other. Source: no-color.org, force-color.org.
 */
export function wantsColor(env: NodeJS.ProcessEnv, areTerminals: boolean): boolean {
  const { NO_COLOR = '', FORCE_COLOR = '', TERM } = env;
  if (NO_COLOR !== '') return false;
  if (FORCE_COLOR !== '') return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return areTerminals && TERM !== 'dumb';
}

/** Whether lines on the terminal behind standard error can be drawn over. */
export function canRedraw({ isTty, env }: Pick<Io, 'isTty' | 'env'>): boolean {
  return isTty && env.TERM !== 'dumb';
}

/** What to write before a last word that goes past the board: the code that shows a cursor which the board may have hidden, and a new line. */
export function pastBoard(io: Pick<Io, 'isTty' | 'env'>): string {
  return `${canRedraw(io) ? '\x1b[?25h' : ''}\n`;
}

/** Whether what people read is shown by GitHub Actions, which makes annotations of some lines. */
export function isOnGithub({ env }: Pick<Io, 'env'>): boolean {
  return env.GITHUB_ACTIONS === 'true';
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  // `mlbroute push … | head` must finish its hosts even though nobody reads on; so must one whose terminal is gone (SIGHUP, then EIO).
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
}

async function confirm(question: string): Promise<boolean> {
  const answer = await askLine(`${question} [y/N] `);
  return /^y(es)?$/i.test(answer ?? '');
}

function ask(question: string): Promise<string | null> {
  return askLine(`${question}: `);
}

function askLine(prompt: string): Promise<string | null> {
  return new Promise((resolve) => {
    // Not as a terminal: then Ctrl-C stays a signal, for `onInterrupt` or the default, and is not swallowed by readline.
    const lines = createInterface({ input: process.stdin, terminal: false });
    const stopListening = process.listenerCount('SIGINT') > 0 ? onInterrupt(() => lines.close()) : () => {};
    let answer: string | null = null;
    process.stderr.write(prompt);
    lines.once('line', (line) => {
      answer = line.trim();
      lines.close();
    });
    lines.once('close', () => {
      stopListening();
      process.stdin.pause();
      resolve(answer);
    });
  });
}

/** What is said while a question stands waits for the answer: else it would run into the question. */
let held: string[] | null = null;

function sayToPeople(text: string): void {
  if (held === null) process.stderr.write(text);
  else held.push(text);
}

function askSecret(question: string): Promise<string | null> {
  const { stdin, stderr } = process;
  return new Promise((resolve) => {
    stderr.write(`${question}: `);
    const waiting: string[] = [];
    held = waiting;
    // Without echo: a terminal in raw mode shows nothing by itself.
    stdin.setRawMode(true);
    let typed = '';
    const end = (answer: string | null) => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      held = null;
      // A board draws over itself, and counts on the cursor being where it left it: then the question goes.
      stderr.write(waiting.length === 0 ? '\n' : `\r\x1b[2K${waiting.join('')}`);
      resolve(answer);
    };
    const take = (chunk: string) => {
      for (const key of chunk) {
        if (key === '\r' || key === '\n') return end(typed);
        if (key === '\u0004') return end(null);
        // Raw mode swallows Ctrl-C, too.
        if (key === '\u0003') {
          end(null);
          return void process.kill(process.pid, 'SIGINT');
        }
        typed = key === '\u007f' || key === '\b' ? typed.slice(0, -1) : typed + key;
      }
    };
    stdin.setEncoding('utf8').on('data', take).resume();
  });
}

function onInterrupt(listener: (signal: InterruptSignal) => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
