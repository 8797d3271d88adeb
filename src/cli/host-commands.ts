import type { Argv } from 'yargs';
import type { Io } from '../commands/io.ts';
import type { CommandTable, ConnectionChoice, InventoryChoice, OutputChoice } from './command-table.ts';
import { optionsOf } from './options.ts';

/** A command ready to run; gives its exit code. */
export type Run = (io: Io) => Promise<number>;

/** Declares the commands that are about hosts. Their handlers only hand to `select` what to run. */
export function declareHostCommands(parser: Argv, commands: CommandTable, select: (run: Run) => void): Argv {
  return parser
    .command(
      'push',
      'Plan, show, apply, verify and confirm',
      (y) =>
        y
          .options(optionsOf.push)
          .example('$0 push -i prod.yaml', 'Show what would change, ask, apply')
          .example('$0 push -i prod.yaml -l node01 -y', 'One host, without a question')
          .example('$0 push -i prod.yaml --check --diff', 'Only show, files line by line'),
      (argv) => {
        const { yes = false, check = false, diff = false, 'confirm-timeout': confirmTimeoutS } = argv;
        const options = {
          ...hostsOf(argv),
          ...connectionOf(argv),
          ...outputOf(argv),
          yes,
          check,
          diff,
          confirmTimeoutS,
        };
        select(async (io) => (await commands.push())(options, io));
      },
    )
    .command(
      'plan',
      'Show what a push would change; exit code 2 if anything',
      (y) =>
        y
          .options(optionsOf.plan)
          .example('$0 plan -i prod.yaml', 'Every file and every rule')
          .example('$0 plan -i prod.yaml --no-diff', 'Without the lines of the files'),
      (argv) => {
        const options = { ...hostsOf(argv), ...connectionOf(argv), ...outputOf(argv), diff: argv.diff };
        select(async (io) => (await commands.plan())(options, io));
      },
    )
    .command(
      'audit',
      'Say where hosts differ from what is described; exit code 2 if anywhere',
      (y) => y.options(optionsOf.audit).example('$0 audit -i prod.yaml --output json', 'For machines: a line per host'),
      (argv) => {
        const options = { ...hostsOf(argv), ...connectionOf(argv), ...outputOf(argv) };
        select(async (io) => (await commands.audit())(options, io));
      },
    )
    .command(
      'verify',
      'Probe gateways and reply paths on the hosts',
      (y) => y.options(optionsOf.verify).example('$0 verify -i prod.yaml -l workers', 'One group'),
      (argv) => {
        const options = { ...hostsOf(argv), ...connectionOf(argv), ...outputOf(argv) };
        select(async (io) => (await commands.verify())(options, io));
      },
    )
    .command(
      'render',
      'Write the files of every host to a folder, without touching hosts',
      (y) => y.options(optionsOf.render).example('$0 render -i prod.yaml -o out', 'To review, or to keep in git'),
      (argv) => {
        const options = { ...hostsOf(argv), out: argv.out };
        select(async (io) => (await commands.render())(options, io));
      },
    )
    .command(
      'schema',
      'Print the JSON Schema of the inventory, for editors',
      (y) => y.options(optionsOf.schema).example('$0 schema > mlbroute.schema.json', 'For yaml-language-server'),
      () => select(async (io) => (await commands.schema())({}, io)),
    );
}

function hostsOf(argv: { readonly inventory: readonly string[]; readonly limit: string | undefined }): InventoryChoice {
  return { inventory: argv.inventory, limit: argv.limit ?? null };
}

function connectionOf(argv: {
  readonly forks: number;
  readonly 'accept-new': boolean | undefined;
  readonly 'ask-become-pass': boolean | undefined;
}): ConnectionChoice {
  return {
    forks: argv.forks,
    acceptNew: argv['accept-new'] ?? false,
    askBecomePass: argv['ask-become-pass'] ?? false,
  };
}

function outputOf(argv: OutputChoice): OutputChoice {
  return { output: argv.output, progress: argv.progress };
}
