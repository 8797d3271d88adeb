import { err, ok, type Result, unreachable } from '../domain/result.ts';
import { type HostVarsFault, locatedVars } from '../inventory/host-vars.ts';
import type { InventoryHost } from '../inventory/inventory.ts';
import type { Entry } from '../inventory/located.ts';
import { domainVariableNames } from '../schema/domain-variables.ts';
import type { HostSpec } from '../schema/host-spec.ts';
import { type Declaration, type Verb, verbSchemas } from '../schema/task-schema.ts';
import type { Task } from './playbook.ts';
import { readFile } from './read-file.ts';
import type { Resolving } from './resolve-host.ts';
import { expandArguments, faultsIn } from './task-arguments.ts';
import type { Turn } from './turns.ts';

/** What `metallb_l2` asks for: the variables of the host, and over them the arguments of the task. */
export function readNetworks(
  host: InventoryHost,
  task: Task,
  turn: Turn,
  resolving: Resolving,
): Result<HostSpec, HostVarsFault> {
  const given = task.args.value.kind === 'map' ? [...task.args.value.entries.keys()] : [];
  const names = domainVariableNames.filter((name) => !given.includes(name));
  const expanded = expandArguments(host, task, { turn, names }, resolving);
  if (!expanded.ok) return expanded;
  const { args, variables } = expanded.value;
  const vars = locatedVars(new Map([[task.verb, args]]));
  const parsed = verbSchemas.metallb_l2.safeParse(vars.values[task.verb]);
  // What is below the keys is checked with the variables.
  const issues = parsed.error?.issues.filter(({ path }) => path.length === 0) ?? [];
  if (issues.length > 0) return faults(issues, task, args);
  const own = args.value.kind === 'map' ? args.value.entries : new Map<string, Entry>();
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
  const expanded = expandArguments(host, task, { turn, names: [] }, resolving);
  if (!expanded.ok) return expanded;
  const { args } = expanded.value;
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
      return parsed.success ? ok({ kind: 'rule', rules: parsed.data }) : faults(parsed.error.issues, task, args);
    }
    case 'sysctl': {
      const parsed = verbSchemas.sysctl.safeParse(given);
      return parsed.success ? ok({ kind: 'sysctl', setting: parsed.data }) : faults(parsed.error.issues, task, args);
    }
    case 'mark': {
      const parsed = verbSchemas.mark.safeParse(given);
      return parsed.success ? ok({ kind: 'mark', marks: parsed.data }) : faults(parsed.error.issues, task, args);
    }
    case 'iptables': {
      const parsed = verbSchemas.iptables.safeParse(given);
      return parsed.success ? ok({ kind: 'iptables', chains: parsed.data }) : faults(parsed.error.issues, task, args);
    }
    case 'kernel_module': {
      const parsed = verbSchemas.kernel_module.safeParse(given);
      return parsed.success
        ? ok({ kind: 'kernel_module', module: parsed.data })
        : faults(parsed.error.issues, task, args);
    }
    case 'unit': {
      const parsed = verbSchemas.unit.safeParse(given);
      return parsed.success ? ok({ kind: 'unit', unit: parsed.data }) : faults(parsed.error.issues, task, args);
    }
    case 'file':
    case 'template': {
      const parsed = verbSchemas[task.verb].safeParse(given);
      if (!parsed.success) return faults(parsed.error.issues, task, args);
      const file = readFile(host, { task, args, turn }, parsed.data, resolving);
      return file.ok ? ok({ kind: 'file', file: file.value }) : file;
    }
    default:
      return unreachable(task.verb);
  }
}

function faults(issues: Parameters<typeof faultsIn>[2], { verb }: Task, args: Entry) {
  return err({ diagnostics: faultsIn(args, verb, issues), locked: [] });
}
