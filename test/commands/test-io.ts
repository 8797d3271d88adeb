import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../../src/commands/io.ts';

/** What a command did, as its caller sees it. */
export type Ran = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** Runs a command where nobody sits at a terminal, and keeps what it says. A question rejects: there is nobody to answer. */
export function run<Options>(command: (options: Options, io: Io) => Promise<number>, options: Options): Promise<Ran> {
  return runWith(command, options, {});
}

/** The same, with something else of the outside. */
export async function runWith<Options>(
  command: (options: Options, io: Io) => Promise<number>,
  options: Options,
  different: Partial<Io>,
): Promise<Ran> {
  const said = { stdout: '', stderr: '' };
  const io: Io = {
    stdout: (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
    isTty: false,
    isInputTty: false,
    columns: () => Number.POSITIVE_INFINITY,
    resultColumns: () => Number.POSITIVE_INFINITY,
    rows: () => Number.POSITIVE_INFINITY,
    color: false,
    // Journals of tests are nobody's history.
    env: { XDG_STATE_HOME: join(tmpdir(), `mlbroute-test-state-${process.pid}`) },
    confirm: (question) => Promise.reject(new Error(`nobody is here to answer: ${question}`)),
    ask: (question) => Promise.reject(new Error(`nobody is here to answer: ${question}`)),
    askSecret: (question) => Promise.reject(new Error(`nobody is here to answer: ${question}`)),
    onInterrupt: () => () => {},
    ...different,
  };
  return { exitCode: await command(options, io), ...said };
}
