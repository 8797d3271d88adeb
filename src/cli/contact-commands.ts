import type { Argv } from 'yargs';
import { changeOf, connectionOf } from './change-choice.ts';
import type { CommandTable } from './command-table.ts';
import type { Run } from './host-commands.ts';
import { hostsOf } from './inventory-options.ts';
import { optionsOf } from './options.ts';

/** Declares the commands for hosts that were never pushed to. Their handlers only hand to `select` what to run. */
export function declareContactCommands(parser: Argv, commands: CommandTable, select: (run: Run) => void): Argv {
  return parser
    .command(
      'doctor',
      'Check the way to each host, and what a push needs there, step by step',
      (y) =>
        y
          .options(optionsOf.doctor)
          .example('$0 doctor -i prod.yaml', 'Before the first push')
          .example('$0 doctor -i prod.yaml -l node51 --accept-new', 'A host never seen before'),
      (argv) => {
        const options = { ...hostsOf(argv), ...connectionOf(argv), output: argv.output };
        select(async (io) => (await commands.doctor())(options, io));
      },
    )
    .command(
      'bootstrap',
      'Make new hosts ready step by step, then push',
      (y) =>
        y
          .options(optionsOf.bootstrap)
          .example('$0 bootstrap -i prod.yaml', 'Asks what it needs to know; hosts that are as they should be stay so')
          .example('$0 bootstrap -i prod.yaml -l node51 --host-keys keys -k -K --sudoers', 'With keys known before'),
      (argv) => {
        const options = {
          ...changeOf({ ...argv, check: false }),
          hostKeys: argv['host-keys'] ?? null,
          install: argv.install ?? false,
          sudoers: argv.sudoers ?? false,
        };
        select(async (io) => (await commands.bootstrap())(options, io));
      },
    );
}
