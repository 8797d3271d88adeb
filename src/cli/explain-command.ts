import type { Argv } from 'yargs';
import type { CommandTable } from './command-table.ts';
import type { Run } from './host-commands.ts';
import { hostsOf } from './inventory-options.ts';
import { loginOf } from './login-options.ts';
import { optionsOf } from './options.ts';

/** Declares `explain`. Its handler only hands to `select` what to run. */
export function declareExplainCommand(parser: Argv, commands: CommandTable, select: (run: Run) => void): Argv {
  return parser.command(
    'explain',
    'Say which way a packet takes through a node, and why; or where a variable comes from',
    (y) =>
      y
        .options(optionsOf.explain)
        .example('$0 explain -i prod.yaml --host node01 --from 1.2.3.4 --to 8.8.8.8', 'A service and its replies')
        .example('$0 explain -i prod.yaml --host node01 --from 1.2.3.4 --to 8.8.8.8 --live', 'As the node is now')
        .example('$0 explain -i prod.yaml --host node01 --from 10.112.0.5 --to 1.2.3.4 --iif cni0', 'A single packet')
        .example('$0 explain -i prod.yaml --host node01 --var uplink', 'Why is it this network card?')
        .check(({ var: name, from, to }) => {
          const missing = [...(from === undefined ? ['--from'] : []), ...(to === undefined ? ['--to'] : [])];
          if (name === undefined && missing.length > 0) throw new Error(`required: ${missing.join(', ')}`);
          return true;
        }),
    (argv) => {
      const { limit: _, ...source } = hostsOf({ ...argv, limit: undefined });
      const { host, from, to, iif = null, mark = null, live = false, output } = argv;
      const { var: name } = argv;
      if (name !== undefined) {
        const asked = { ...source, limit: null, name, host };
        select(async (io) => (await commands.inventoryVar())(asked, io));
        return;
      }
      if (from === undefined || to === undefined) throw new Error('what was checked is missing');
      const options = {
        ...source,
        ...{ host, from, to, iif, mark, live, output },
        replyOfService: argv['reply-of-service'] ?? null,
        kubeProxy: argv['kube-proxy'] ?? null,
        ...loginOf(argv),
      };
      select(async (io) => (await commands.explain())(options, io));
    },
  );
}
