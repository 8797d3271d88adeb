import type { ActionTask } from '../domain/action.ts';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { HostVars } from '../domain/variable.ts';
import { type HostVarsFault, hostVars } from '../inventory/host-vars.ts';
import type { Inventory, InventoryHost } from '../inventory/inventory.ts';
import type { Decrypted } from '../inventory/references.ts';
import { isAction } from '../schema/action-schema.ts';
import { domainVariableNames } from '../schema/domain-variables.ts';
import type { HostSpec } from '../schema/host-spec.ts';
import { type Declared, type HostSteps, type HostWants, placeWords } from '../tasks/host-wants.ts';
import { stateObjects, stateOf } from '../tasks/state-objects.ts';
import { actionTasks, namesIn } from './action-tasks.ts';
import type { Play, Task } from './playbook.ts';
import { readDeclaration, readNetworks } from './read-arguments.ts';
import { turnsOf } from './turns.ts';

/** What a host is resolved with. */
export type Resolving = {
  readonly inventory: Inventory;
  readonly decrypted: Decrypted;
  readonly checkSpec: (vars: HostVars) => Result<HostSpec, readonly Diagnostic[]>;
  /** The text of a file that the playbook `from` names by a path of its own. The error is half a sentence. */
  readonly readSource: (path: string, from: string) => Result<{ readonly file: string; readonly text: string }, string>;
  /** True: the run leaves tasks out by their tags. */
  readonly isPart: boolean;
};

/** Networks are the matter of `metallb_l2` alone; what else the variables say of a host counts for every task. */
const hostWords = domainVariableNames.filter((name) => name !== 'networks');

/** What one turn of a task asks for. */
type Wanted =
  | { readonly kind: 'networks'; readonly spec: HostSpec; readonly task: Task }
  | { readonly kind: 'declared'; readonly declared: Declared }
  | { readonly kind: 'action'; readonly task: ActionTask };

/** All that the plays of a host ask for on it. Fails with the faults of all tasks at once. */
export function resolveHost(
  host: InventoryHost,
  plays: readonly Play[],
  resolving: Resolving,
): Result<HostSteps, HostVarsFault> {
  const registered = new Map<string, Task>();
  const results = plays.flatMap((play) =>
    play.tasks.flatMap((task) => {
      const resolved = resolveTask(host, { play, task, registered }, resolving);
      if (task.register !== null) registered.set(task.register, task);
      return resolved;
    }),
  );
  const wanted = results.flatMap((result) => (result.ok ? [result.value] : []));
  const faults = results.flatMap((result) => (result.ok ? [] : [result.error]));
  const diagnostics = [
    ...faults.flatMap((fault) => fault.diagnostics),
    ...networksTwice(wanted.flatMap((each) => (each.kind === 'networks' ? [each] : []))),
    ...clashes(wanted.flatMap((each) => (each.kind === 'declared' ? [each.declared] : []))),
  ];
  const locked = faults.flatMap((fault) => fault.locked);
  if (diagnostics.length > 0 || locked.length > 0) return err({ diagnostics: unique(diagnostics), locked });
  // What metallb_l2 says in place of a variable may be what makes the variables whole.
  const first = wanted.findIndex(({ kind }) => kind === 'networks');
  const isBare = first < 0 || wanted.slice(0, first).some(({ kind }) => kind === 'action');
  const bare = isBare ? specWithoutNetworks(host, resolving) : ok(null);
  if (!bare.ok) return bare;
  const specOf = (some: readonly Wanted[]): HostSpec => {
    const spec = some.find((each) => each.kind === 'networks')?.spec ?? bare.value;
    if (spec === null) throw new Error(`${host.name} has networks in all its steps, or variables without`);
    return spec;
  };
  const wantsOf = (some: readonly Wanted[], isPart: boolean): HostWants => ({
    spec: specOf(some),
    declared: some.flatMap((each) => (each.kind === 'declared' ? [each.declared] : [])),
    isPart,
  });
  return ok({
    wants: wantsOf(wanted, resolving.isPart),
    interludes: wanted.flatMap((each, index) => {
      if (each.kind !== 'action') return [];
      const previous = wanted[index - 1];
      const isNew = previous !== undefined && previous.kind !== 'action';
      return [{ before: wantsOf(wanted.slice(0, index), true), isNew, task: each.task }];
    }),
  });
}

/** One result for each turn of a task; one in all where its turns cannot be told. */
function resolveTask(
  host: InventoryHost,
  {
    play,
    task,
    registered,
  }: { readonly play: Play; readonly task: Task; readonly registered: ReadonlyMap<string, Task> },
  resolving: Resolving,
): readonly Result<Wanted, HostVarsFault>[] {
  const { verb } = task;
  if (isAction(verb)) {
    const names = new Set(registered.keys());
    return actionTasks(host, { play, task: { ...task, verb }, registered: names }, resolving).flatMap(
      (result): readonly Result<Wanted, HostVarsFault>[] => {
        if (!result.ok) return [result];
        return result.value === null ? [] : [ok({ kind: 'action', task: result.value })];
      },
    );
  }
  const used = [...namesIn(task)].find((name) => registered.has(name));
  if (used !== undefined) return [err({ diagnostics: [stateByResult(task, used)], locked: [] })];
  const turns = turnsOf(host, play, task, resolving);
  if (!turns.ok) return [turns];
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

function stateByResult({ verb, args }: Task, name: string): Diagnostic {
  const message = `${verb} depends on "${name}", which an action registers`;
  const hint = 'what a host shall have must be known before a push: let an action depend on it instead';
  return { severity: 'error', code: 'state-by-result', message, hint, at: args.keyAt };
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
