import type { Argv } from 'yargs';
import type { CommandTable } from './command-table.ts';
import type { Run } from './host-commands.ts';
import { hostsOf } from './inventory-options.ts';
import { optionsOf } from './options.ts';

/** Declares `inventory` with its sub-commands, which touch no host. Their handlers only hand to `select` what to run. */
export function declareInventoryCommands(parser: Argv, commands: CommandTable, select: (run: Run) => void): Argv {
  return parser.command('inventory', 'What the inventory says; touches no host', (inventory) =>
    inventory
      .command(
        'list',
        'Hosts, groups and variables as JSON, as ansible-inventory --list prints them; passwords masked',
        (y) => y.options(optionsOf['inventory list']).example('$0 inventory list -i prod.yaml -l workers', 'One group'),
        (argv) => {
          const options = hostsOf(argv);
          select(async (io) => (await commands.inventoryList())(options, io));
        },
      )
      .command(
        'graph [group]',
        'Groups and hosts as a tree',
        (y) =>
          y
            .positional('group', { type: 'string', describe: 'The group to start from; all by default' })
            .options(optionsOf['inventory graph']),
        (argv) => {
          const options = { ...hostsOf({ ...argv, limit: undefined }), group: argv.group ?? null };
          select(async (io) => (await commands.inventoryGraph())(options, io));
        },
      )
      .command(
        'host <name>',
        'The variables of a host as they are written, merged; passwords masked',
        (y) =>
          y
            .positional('name', { type: 'string', demandOption: true, describe: 'The name of the host' })
            .options(optionsOf['inventory host']),
        (argv) => {
          const options = { ...hostsOf({ ...argv, limit: undefined }), host: argv.name };
          select(async (io) => (await commands.inventoryHost())(options, io));
        },
      )
      .command(
        'hosts <pattern>',
        'The hosts a pattern means, one a line',
        (y) =>
          y
            .positional('pattern', { type: 'string', demandOption: true, describe: 'A pattern, as for --limit' })
            .options(optionsOf['inventory hosts'])
            .example("$0 inventory hosts -i prod.yaml 'workers:!node01'", 'To see whom a limit would mean'),
        (argv) => {
          const options = hostsOf({ ...argv, limit: argv.pattern });
          select(async (io) => (await commands.inventoryHosts())(options, io));
        },
      )
      .command(
        'var <name>',
        'Where the value of a variable comes from: everything that sets it for a host, what counts last',
        (y) =>
          y
            .positional('name', { type: 'string', demandOption: true, describe: 'The name of the variable' })
            .options(optionsOf['inventory var'])
            .example('$0 inventory var uplink --host node04 -i prod.yaml', 'Why does node04 use bond0?'),
        (argv) => {
          const options = { ...hostsOf({ ...argv, limit: undefined }), name: argv.name, host: argv.host };
          select(async (io) => (await commands.inventoryVar())(options, io));
        },
      )
      .command(
        'import [files..]',
        'Make an inventory from the nodes and pools of a cluster, or add what is new there',
        (y) =>
          y
            .positional('files', {
              type: 'string',
              array: true,
              default: [],
              describe: 'What kubectl get -o json printed, or manifests; none: standard input',
            })
            .options(optionsOf['inventory import'])
            .example('$0 inventory import --kubectl -o prod.yaml', 'From the cluster that kubectl knows')
            .example('kubectl get nodes,… -A -o json | $0 inventory import', 'From standard input')
            .example('$0 inventory import cluster.json -o prod.yaml --check', 'Is there anything new?'),
        ({ files, kubectl = false, context, out, check = false, yes = false }) => {
          const options = { files, kubectl, context: context ?? null, out: out ?? null, check, yes };
          select(async (io) => (await commands.inventoryImport())(options, io));
        },
      )
      .demandCommand(1, 1, 'say which: list, graph, host, hosts, var or import'),
  );
}
