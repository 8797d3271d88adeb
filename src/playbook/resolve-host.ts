import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { HostVars } from '../domain/variable.ts';
import { type HostVarsFault, hostVars } from '../inventory/host-vars.ts';
import type { Inventory, InventoryHost } from '../inventory/inventory.ts';
import type { Decrypted } from '../inventory/references.ts';
import { domainVariableNames } from '../schema/domain-variables.ts';
import type { HostSpec } from '../schema/host-spec.ts';
import { type Declared, type HostWants, placeWords } from '../tasks/host-wants.ts';
import { stateObjects, stateOf } from '../tasks/state-objects.ts';
import type { Play, Task } from './playbook.ts';
import { readDeclaration, readNetworks } from './read-arguments.ts';
import { turnsOf } from './turns.ts';

/** What a host is resolved with. */
export type Resolving = {
  readonly inventory: Inventory;
  readonly decrypted: Decrypted;
  readonly checkSpec: (vars: HostVars) => Result<HostSpec, readonly Diagnostic[]>;
  /** True: the run leaves tasks out by their tags. */
  readonly isPart: boolean;
};

/** Networks are the matter of `metallb_l2` alone; what else the variables say of a host counts for every task. */
const hostWords = domainVariableNames.filter((name) => name !== 'networks');

/** What one turn of a task asks for. */
type Wanted =
  | { readonly kind: 'networks'; readonly spec: HostSpec; readonly task: Task }
  | { readonly kind: 'declared'; readonly declared: Declared };

/** All that the plays of a host ask for on it. Fails with the faults of all tasks at once. */
export function resolveHost(
  host: InventoryHost,
  plays: readonly Play[],
  resolving: Resolving,
): Result<HostWants, HostVarsFault> {
  const results = plays.flatMap((play) => play.tasks.flatMap((task) => resolveTask(host, play, task, resolving)));
  const wanted = results.flatMap((result) => (result.ok ? [result.value] : []));
  const faults = results.flatMap((result) => (result.ok ? [] : [result.error]));
  const networks = wanted.flatMap((each) => (each.kind === 'networks' ? [each] : []));
  const declared = wanted.flatMap((each) => (each.kind === 'declared' ? [each.declared] : []));
  const diagnostics = [
    ...faults.flatMap((fault) => fault.diagnostics),
    ...networksTwice(networks),
    ...clashes(declared),
  ];
  const locked = faults.flatMap((fault) => fault.locked);
  if (diagnostics.length > 0 || locked.length > 0) return err({ diagnostics: unique(diagnostics), locked });
  const [served] = networks;
  const spec = served === undefined ? specWithoutNetworks(host, resolving) : ok(served.spec);
  return spec.ok ? ok({ spec: spec.value, declared, isPart: resolving.isPart }) : spec;
}

/** One result for each turn of a task; one in all where its turns cannot be told. */
function resolveTask(
  host: InventoryHost,
  play: Play,
  task: Task,
  resolving: Resolving,
): readonly Result<Wanted, HostVarsFault>[] {
  const turns = turnsOf(host, play, task, resolving);
  if (!turns.ok) return [turns];
  const { verb } = task;
  return turns.value.map((turn) => {
    if (verb === 'metallb_l2') {
      const spec = readNetworks(host, task, turn, resolving);
      return spec.ok ? ok({ kind: 'networks', spec: spec.value, task }) : spec;
    }
    const declaration = readDeclaration(host, { ...task, verb }, turn, resolving);
    if (!declaration.ok) return declaration;
    return ok({ kind: 'declared', declared: { ...declaration.value, at: task.args.keyAt } });
  });
}

function specWithoutNetworks(
  { name }: InventoryHost,
  { inventory, decrypted, checkSpec }: Resolving,
): Result<HostSpec, HostVarsFault> {
  const vars = hostVars(inventory, name, { wanted: hostWords, decrypted });
  if (!vars.ok) return vars;
  const spec = checkSpec(vars.value);
  return spec.ok ? spec : err({ diagnostics: spec.error, locked: [] });
}

/** Two tasks with networks that are not the same, told at the later one. */
function networksTwice(networks: readonly { readonly spec: HostSpec; readonly task: Task }[]): readonly Diagnostic[] {
  const [first, ...others] = networks;
  if (first === undefined) return [];
  const text = JSON.stringify(first.spec);
  const place = placeWords(first.task.args.keyAt);
  return others
    .filter(({ spec }) => JSON.stringify(spec) !== text)
    .map(({ task }): Diagnostic => {
      const message = `metallb_l2 is asked for with other networks at ${place}`;
      const hint = 'a host has one list of networks: write them in one task, or in the variable networks';
      return { severity: 'error', code: 'task-clash', message, hint, at: task.args.keyAt };
    });
}

/** Tasks that want one object in two ways, each told at the later one. */
function clashes(declared: readonly Declared[]): readonly Diagnostic[] {
  const wishes = new Map<string, { readonly wish: string; readonly place: string }>();
  return declared.flatMap((each) => {
    const found = stateObjects(stateOf(each)).flatMap(({ name, wish }): readonly Diagnostic[] => {
      const earlier = wishes.get(name);
      if (earlier === undefined) wishes.set(name, { wish, place: placeWords(each.at) });
      if (earlier === undefined || earlier.wish === wish) return [];
      const message = `${name} is already declared in another way at ${earlier.place}`;
      return [{ severity: 'error', code: 'task-clash', message, hint: 'a host can have it only once', at: each.at }];
    });
    return found.slice(0, 1);
  });
}

/** A fault in a variable that several tasks refer to is told once. */
function unique(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((each) => [JSON.stringify(each), each])).values()];
}
