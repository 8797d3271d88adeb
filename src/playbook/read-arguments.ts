import { err, ok, type Result, unreachable } from '../domain/result.ts';
import { type HostVarsFault, hostEntries, locatedVars } from '../inventory/host-vars.ts';
import type { InventoryHost } from '../inventory/inventory.ts';
import type { Entries, Entry } from '../inventory/located.ts';
import { domainVariableNames } from '../schema/domain-variables.ts';
import type { HostSpec } from '../schema/host-spec.ts';
import { argumentFaults } from '../schema/playbook-schema.ts';
import { type Declaration, type Verb, verbSchemas } from '../schema/task-schema.ts';
import type { Task } from './playbook.ts';
import type { Resolving } from './resolve-host.ts';
import type { Turn } from './turns.ts';

// No name of a variable has blanks, so this meets none.
const argsName = 'arguments of the task';

/** What `metallb_l2` asks for: the variables of the host, and over them the arguments of the task. */
export function readNetworks(
  host: InventoryHost,
  task: Task,
  turn: Turn,
  resolving: Resolving,
): Result<HostSpec, HostVarsFault> {
  const given = task.args.value.kind === 'map' ? [...task.args.value.entries.keys()] : [];
  const wanted = [argsName, ...domainVariableNames.filter((name) => !given.includes(name))];
  const expanded = expand(host, task, { turn, wanted }, resolving);
  if (!expanded.ok) return expanded;
  const args = expanded.value.get(argsName) ?? task.args;
  const vars = locatedVars(new Map([[task.verb, args]]));
  const parsed = verbSchemas.metallb_l2.safeParse(vars.values[task.verb]);
  // What is below the keys is checked with the variables.
  const issues = parsed.error?.issues.filter(({ path }) => path.length === 0) ?? [];
  if (issues.length > 0) return faults(issues, task, args);
  const own = args.value.kind === 'map' ? args.value.entries : new Map<string, Entry>();
  const variables = [...expanded.value].filter(([name]) => name !== argsName);
  const spec = resolving.checkSpec(locatedVars(new Map([...variables, ...own])));
  return spec.ok ? spec : err({ diagnostics: spec.error, locked: [] });
}

/** What any other task declares. */
export function readDeclaration(
  host: InventoryHost,
  task: Task & { readonly verb: Exclude<Verb, 'metallb_l2'> },
  turn: Turn,
  resolving: Resolving,
): Result<Declaration, HostVarsFault> {
  const expanded = expand(host, task, { turn, wanted: [argsName] }, resolving);
  if (!expanded.ok) return expanded;
  const args = expanded.value.get(argsName) ?? task.args;
  const { values } = locatedVars(new Map([[task.verb, args]]));
  const given = values[task.verb];
  switch (task.verb) {
    case 'vlan': {
      const parsed = verbSchemas.vlan.safeParse(given);
      return parsed.success ? ok({ kind: 'vlan', link: parsed.data }) : faults(parsed.error.issues, task, args);
    }
    case 'route': {
      const parsed = verbSchemas.route.safeParse(given);
      return parsed.success ? ok({ kind: 'route', route: parsed.data }) : faults(parsed.error.issues, task, args);
    }
    case 'rule': {
      const parsed = verbSchemas.rule.safeParse(given);
      return parsed.success ? ok({ kind: 'rule', rule: parsed.data }) : faults(parsed.error.issues, task, args);
    }
    case 'sysctl': {
      const parsed = verbSchemas.sysctl.safeParse(given);
      return parsed.success ? ok({ kind: 'sysctl', setting: parsed.data }) : faults(parsed.error.issues, task, args);
    }
    default:
      return unreachable(task.verb);
  }
}

function expand(
  host: InventoryHost,
  { args }: Task,
  { turn, wanted }: { readonly turn: Turn; readonly wanted: readonly string[] },
  { inventory, decrypted }: Resolving,
): Result<Entries, HostVarsFault> {
  const own = new Map([...turn.own, [argsName, args] as const]);
  return hostEntries(inventory, host, { wanted, decrypted, added: { ...turn, own } });
}

function faults(issues: Parameters<typeof argumentFaults>[0], { verb }: Task, args: Entry) {
  const placed = issues.map((issue) => ({ ...issue, path: [verb, ...issue.path] }));
  return err({ diagnostics: argumentFaults(placed, locatedVars(new Map([[verb, args]])), verb), locked: [] });
}
