import type { Argv } from 'yargs';
import type { Io } from '../commands/io.ts';
import type { LabOutput } from '../commands/lab.ts';
import type { CommandTable, LabChoice } from './command-table.ts';
import type { Run } from './host-commands.ts';
import { optionsOf } from './options.ts';

/** Declares `demo`, and `lab` with its sub-commands. Their handlers only hand to `select` what to run. */
export function declareLabCommands(parser: Argv, commands: CommandTable, select: (run: Run) => void): Argv {
  const withDemo = parser.command(
    'demo',
    'See it all on throw-away nodes: fail, push, work, reboot, work again',
    (y) => y.options(optionsOf.demo).example('$0 demo --keep', 'And leave the nodes up to play with'),
    ({ nodes, install = false, keep = false, report }) =>
      select(async (io) => (await commands.demo())({ nodes, install, keep, report }, io)),
  );
  return withDemo.command('lab', 'Throw-away nodes on this machine', (lab) =>
    lab
      .command(
        'up',
        'Boot the nodes',
        (y) => y.options(optionsOf['lab up']).example('$0 lab up --kube-proxy ipvs', 'Services by IPVS'),
        (argv) => {
          const { nodes, 'kube-proxy': kubeProxy, install = false } = argv;
          const options = { ...labOf(argv), nodes, kubeProxy, install };
          select(async (io) => (await commands.labUp())(options, outputOn(io)));
        },
      )
      .command(
        'down',
        'End the nodes; nothing of them stays',
        (y) => y.options(optionsOf['lab down']),
        (argv) => select(async (io) => (await commands.labDown())(labOf(argv), outputOn(io))),
      )
      .command(
        'status',
        'Say which nodes are up; exit code 1 if not all',
        (y) => y.options(optionsOf['lab status']),
        (argv) => select(async (io) => (await commands.labStatus())(labOf(argv), outputOn(io))),
      )
      .command(
        'ssh <node> [-- command..]',
        'A shell on a node, or one command',
        (y) =>
          y
            .positional('node', { type: 'string', demandOption: true, describe: 'The name of the node, as n1' })
            .options(optionsOf['lab ssh'])
            .example('$0 lab ssh n1 ip -4 rule', 'All after the node is the command'),
        (argv) => {
          const options = { ...labOf(argv), node: argv.node, command: remoteCommandOf(argv) };
          select(async (io) => (await commands.labSsh())(options, outputOn(io)));
        },
      )
      .command(
        'reboot <nodes..>',
        'Reboot nodes and wait until they are back',
        (y) =>
          y
            .positional('nodes', { type: 'string', array: true, demandOption: true, describe: 'Names, or all' })
            .options(optionsOf['lab reboot']),
        (argv) => {
          const options = { ...labOf(argv), nodes: argv.nodes };
          select(async (io) => (await commands.labReboot())(options, outputOn(io)));
        },
      )
      .command(
        'inventory',
        "Print the lab's inventory",
        (y) => y.options(optionsOf['lab inventory']),
        (argv) => select(async (io) => (await commands.labInventory())(labOf(argv), outputOn(io))),
      )
      .demandCommand(1, 1, 'say which: up, down, status, ssh, reboot or inventory'),
  );
}

function labOf({ dir }: { readonly dir: string | undefined }): LabChoice {
  return dir === undefined ? {} : { dir };
}

/** What follows `--`: yargs puts it beside the options, unknown to its types. */
function remoteCommandOf(argv: { readonly [key: string]: unknown }): readonly string[] {
  const command = argv['--'];
  return Array.isArray(command) ? command.map(String) : [];
}

function outputOn(io: Io): LabOutput {
  return { tell: (line) => io.stderr(`${line}\n`), give: (line) => io.stdout(`${line}\n`) };
}
