import type { Argv } from 'yargs';
import { shells } from '../domain/completion.ts';
import type { CommandTable } from './command-table.ts';
import type { Run } from './host-commands.ts';

/** Declares `completion`. Its handler only hands to `select` what to run. */
export function declareCompletionCommand(parser: Argv, commands: CommandTable, select: (run: Run) => void): Argv {
  return parser.command(
    'completion <shell>',
    'Print what a shell needs to complete commands, options, hosts, groups, tags and files',
    (y) =>
      y
        .positional('shell', { choices: shells, demandOption: true, describe: 'Which shell' })
        .example('source <(mlbroute completion bash)', 'In ~/.bashrc')
        .example('source <(mlbroute completion zsh)', 'In ~/.zshrc, after compinit')
        .example('mlbroute completion fish > ~/.config/fish/completions/mlbroute.fish', 'Once'),
    ({ shell }) => select(async (io) => (await commands.completion())({ shell }, io)),
  );
}
