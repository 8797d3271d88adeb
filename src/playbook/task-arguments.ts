import type { Diagnostic } from '../domain/diagnostic.ts';
import { ok, type Result } from '../domain/result.ts';
import { type HostVarsFault, hostEntries, locatedVars } from '../inventory/host-vars.ts';
import type { InventoryHost } from '../inventory/inventory.ts';
import type { Entries, Entry } from '../inventory/located.ts';
import { argumentFaults } from '../schema/playbook-schema.ts';
import type { Task } from './playbook.ts';
import type { Resolving } from './resolve-host.ts';
import type { Turn } from './turns.ts';

// No name of a variable has blanks, so this meets none.
const argsName = 'arguments of the task';

/** The arguments of a task in one turn with their references expanded, and with them the variables of `names`. */
export function expandArguments(
  host: InventoryHost,
  task: Task,
  { turn, names }: { readonly turn: Turn; readonly names: readonly string[] },
  { inventory, decrypted }: Resolving,
): Result<{ readonly args: Entry; readonly variables: Entries }, HostVarsFault> {
  const own = new Map([...turn.own, [argsName, task.args] as const]);
  const wanted = [argsName, ...names];
  const expanded = hostEntries(inventory, host, { wanted, decrypted, added: { ...turn, own } });
  if (!expanded.ok) return expanded;
  const variables = new Map([...expanded.value].filter(([name]) => name !== argsName));
  return ok({ args: expanded.value.get(argsName) ?? task.args, variables });
}

/** What is wrong with the arguments of a task, where they are written. */
export function faultsIn(
  args: Entry,
  verb: Task['verb'],
  issues: Parameters<typeof argumentFaults>[0],
): readonly Diagnostic[] {
  const placed = issues.map((issue) => ({ ...issue, path: [verb, ...issue.path] }));
  return argumentFaults(placed, locatedVars(new Map([[verb, args]])), verb);
}
