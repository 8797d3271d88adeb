import { quoteWord } from '../domain/command.ts';
import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import { type Starter, starterInventory } from '../inventory/starter.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import { inventorySchema } from '../schema/json-schema.ts';
import { exitCodes } from './exit-codes.ts';
import { askForStarter, type StarterAnswers, vlanOf } from './init-questions.ts';
import { inventoryFileFault } from './inventory-file.ts';
import type { Io } from './io.ts';
import { starterFaults } from './starter-faults.ts';

export type InitOptions = StarterAnswers & {
  /** The inventory to write. */
  readonly out: string;
};

/**
 * `mlbroute init`: writes a first inventory from options, or from answers where somebody sits at a terminal and gave none. Never over a file that is there.
 * The schema that its first line names is written beside it.
 */
export async function init({ out, ...given }: InitOptions, io: Io): Promise<number> {
  const isAsked = io.isInputTty && Object.values(given).every((answer) => answer === null || answer.length === 0);
  const starter = isAsked ? await askForStarter(io) : wholeOf(given);
  if (starter === null) return exitCodes.usage;
  if (Array.isArray(starter)) return refuse(starter, io);
  const faults = starterFaults(starter);
  if (faults.length > 0)
    return refuse(
      faults.map(({ option, diagnostic }) => named(option, diagnostic)),
      io,
    );
  const written = await inventoryFileFault(out, starterInventory(starter, quoteWord(out)), 'wx');
  if (written !== null) return refuse([written], io);
  const schema = out.replace(/[^/]*$/, 'mlbroute.schema.json');
  // One that is there is of an earlier run, and an editor's matter.
  const spare = await inventoryFileFault(schema, `${JSON.stringify(inventorySchema(), null, 2)}\n`, 'w');
  if (spare !== null) return refuse([spare], io);
  io.stderr(`Wrote ${out}, and ${schema} for editors.\nNext: mlbroute plan -i ${quoteWord(out)}\n`);
  return 0;
}

function refuse(diagnostics: readonly Diagnostic[], io: Io): number {
  io.stderr(formatDiagnostics(diagnostics, () => null));
  return exitCodes.badInput;
}

function named(option: string, { message, ...rest }: Diagnostic): Diagnostic {
  return { ...rest, message: `${option}: ${message}` };
}

/** All that an inventory needs, or what is missing, all of it at once. */
function wholeOf({
  hosts,
  user,
  network,
  pools,
  device,
  parent,
  vlan,
  gateway,
  podCidrs,
}: StarterAnswers): Starter | Diagnostic[] {
  const missing = (option: string, hint: string) => unplacedError('init', `${option} is missing`, hint);
  const link = linkOf({ device, parent, vlan });
  const faults = [
    ...(hosts.length > 0
      ? []
      : [missing('--host', 'e.g. --host node[01:03].example.com, or --host node01=192.168.1.11')]),
    ...(pools.length > 0 ? [] : [missing('--pool', 'a range of addresses of MetalLB, e.g. --pool 1.2.3.0/24')]),
    ...(podCidrs.length > 0 ? [] : [missing('--pod-cidr', 'the network of the pods, e.g. --pod-cidr 10.112.0.0/12')]),
    ...(link === null
      ? [
          unplacedError(
            'init',
            'it is not said by which link the pools are reached',
            'give --parent eth0 and --vlan 100, or --device eth1',
          ),
        ]
      : []),
  ];
  if (faults.length > 0 || link === null) return faults;
  const name = user ?? 'root';
  return { hosts, user: name, become: name !== 'root', network: network ?? 'public', pools, link, gateway, podCidrs };
}

function linkOf({ device, parent, vlan }: Pick<StarterAnswers, 'device' | 'parent' | 'vlan'>): Starter['link'] | null {
  if (device !== null && parent === null && vlan === null) return { device };
  return device === null && parent !== null && vlan !== null ? { parent, vlan: vlanOf(vlan) } : null;
}
