import yargs, { type Argv } from 'yargs';
import { err, ok, type Result } from '../domain/result.ts';
import type { CommandTable } from './command-table.ts';
import { declareCompletionCommand } from './completion-command.ts';
import { declareContactCommands } from './contact-commands.ts';
import { declareExplainCommand } from './explain-command.ts';
import { withWholeExamples } from './help-text.ts';
import { declareHostCommands, type Run } from './host-commands.ts';
import { declareInventoryCommands } from './inventory-commands.ts';
import { declareLabCommands } from './lab-commands.ts';
import { prepareArguments } from './prepare-arguments.ts';
import { declareReportCommand } from './report-command.ts';
import { explainUsage } from './usage-error.ts';

/** What the arguments ask for: a command, ready to run, or a text for standard output (help, version). */
export type Invocation =
  | { readonly kind: 'run'; readonly run: Run }
  | { readonly kind: 'print'; readonly text: string };

/** What parsing needs beside the arguments. `columns` is the width for help, of which it takes 100 at most; null: each of its items is one line. */
export type CommandLineOptions = {
  readonly version: string;
  readonly columns: number | null;
  readonly commands: CommandTable;
};

/** Reads the arguments (without node and script). No command has run when it returns. The error is a text for people, with its line feed. */
export async function parseCommandLine(
  args: readonly string[],
  options: CommandLineOptions,
): Promise<Result<Invocation, string>> {
  const prepared = prepareArguments(args);
  if (!prepared.ok) return err(explainUsage(prepared.error, args));
  if (args.length === 0) return err(`${await declare(options, () => {}).getHelp()}\n`);
  const runs: Run[] = [];
  let printed: string;
  try {
    // Yargs makes the help of a command before each run: most of what that takes is wrapping it, and only who asked for help needs it wrapped.
    printed = await textOf(
      declare({ ...options, columns: null }, (run) => runs.push(run)),
      prepared.value,
    );
    if (printed !== '' && options.columns !== null) {
      const wrapped = await textOf(
        declare(options, () => {}),
        prepared.value,
      );
      printed = withWholeExamples(wrapped, printed);
    }
  } catch (error) {
    // Handlers only note what to run, so whatever is thrown in there is about the arguments.
    return err(explainUsage(error instanceof Error ? error.message : String(error), args));
  }
  if (printed !== '') return ok({ kind: 'print', text: `${printed}\n` });
  const [run] = runs;
  return run === undefined ? err(explainUsage('say what to do', args)) : ok({ kind: 'run', run });
}

/** Parses, and gives the text that the arguments ask for: help, a version, or nothing. */
async function textOf(parser: Argv, args: readonly string[]): Promise<string> {
  let printed = '';
  await parser.parseAsync(args, {}, (_error: unknown, _argv: unknown, text: string) => {
    printed = text;
  });
  return printed;
}

function declare({ version, columns, commands }: CommandLineOptions, select: (run: Run) => void): Argv {
  const parser = yargs()
    .scriptName('mlbroute')
    .usage('$0 <command>\n\nGives Kubernetes nodes the routing that the L2 mode of MetalLB needs, over SSH.')
    // Usage errors are told apart by the text of yargs, which must not be translated.
    .detectLocale(false)
    .parserConfiguration({
      // Each of these would give one option several spellings, or change a value: 010 to 10, a.b to an object.
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'populate--': true,
    })
    .alias('h', 'help')
    .version(version)
    .wrap(columns === null ? null : Math.min(columns, 100))
    .epilogue(
      'Exit codes: 0 fine; 1 some host failed; 2 plan or audit found differences; 64 wrong usage; 65 wrong inventory; 130 interrupted.',
    );
  const withContact = declareContactCommands(declareHostCommands(parser, commands, select), commands, select);
  const withExplain = declareExplainCommand(withContact, commands, select);
  const withHosts = declareInventoryCommands(withExplain, commands, select);
  const withReports = declareReportCommand(withHosts, commands, select);
  const withCompletion = declareCompletionCommand(withReports, commands, select);
  return declareLabCommands(withCompletion, commands, select)
    .demandCommand(1, 1, 'say what to do')
    .strict()
    .check(({ _: [verb, subVerb], '--': rest }) => {
      if (Array.isArray(rest) && rest.length > 0 && !(verb === 'lab' && subVerb === 'ssh'))
        throw new Error(`unexpected argument "${rest[0]}"`);
      return true;
    })
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new Error(message);
    });
}
