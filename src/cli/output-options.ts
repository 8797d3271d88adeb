import { oneOf, reportFiles } from './coerce.ts';
import type { OutputChoice } from './command-table.ts';

/** For people, or for programs. */
export const outputs = ['text', 'json'] as const;

/** What to show, and where. */
export const outputOptions = {
  output: {
    default: 'text',
    requiresArg: true,
    describe: 'text, or json: an event per line on standard output',
    coerce: oneOf('--output', outputs),
  },
  report: {
    requiresArg: true,
    describe: 'Report the whole run in a file: .html, .json, .xml (JUnit), .sarif; may be repeated',
    coerce: reportFiles('--report'),
  },
  progress: { type: 'boolean', default: true, describe: 'Show progress; --no-progress: only the end' },
} as const;

/** What the arguments say about output, as yargs gives it: what is not said is undefined. */
export type OutputArguments = Pick<OutputChoice, 'output' | 'progress'> & {
  readonly report: OutputChoice['report'] | undefined;
};

/** The output that the arguments ask for. */
export function outputOf({ output, progress, report }: OutputArguments): OutputChoice {
  return { output, progress, ...(report === undefined ? {} : { report }) };
}
