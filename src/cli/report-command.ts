import type { Argv } from 'yargs';
import type { CommandTable } from './command-table.ts';
import type { Run } from './host-commands.ts';
import { optionsOf } from './options.ts';

/** Declares `report` with its sub-command. Its handler only hands to `select` what to run. */
export function declareReportCommand(parser: Argv, commands: CommandTable, select: (run: Run) => void): Argv {
  return parser.command('report', 'Reports that --report wrote', (report) =>
    report
      .command(
        'merge <files..>',
        'One report of those of all shards; its exit code is that of the whole run, 1 where a shard is missing',
        (y) =>
          y
            .positional('files', {
              type: 'string',
              array: true,
              demandOption: true,
              describe: 'Reports in JSON, each host in one of them',
            })
            .options(optionsOf['report merge'])
            .example('$0 report merge 1.json 2.json 3.json --report fleet.html', 'After three shards'),
        ({ files, report: targets }) => {
          const options = { files, ...(targets === undefined ? {} : { report: targets }) };
          select(async (io) => (await commands.reportMerge())(options, io));
        },
      )
      .demandCommand(1, 1, 'say which: merge'),
  );
}
