import type { Action, Words } from '../domain/action.ts';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result, unreachable } from '../domain/result.ts';
import { type HostVarsFault, locatedVars } from '../inventory/host-vars.ts';
import type { InventoryHost } from '../inventory/inventory.ts';
import type { Entry } from '../inventory/located.ts';
import { type ActionVerb, actionSchemas, shortKeys } from '../schema/action-schema.ts';
import { commandWords } from './command-words.ts';
import type { Task } from './playbook.ts';
import type { Resolving } from './resolve-host.ts';
import { expandArguments, faultsIn } from './task-arguments.ts';
import { conditionHolds, type Turn } from './turns.ts';

/** A task that does something. */
export type ActingTask = Task & { readonly verb: ActionVerb };

/** What one turn of an action comes to with the variables it has; null where its condition is false. */
export function readAction(
  host: InventoryHost,
  task: ActingTask,
  turn: Turn,
  resolving: Resolving,
): Result<Action | null, HostVarsFault> {
  const holds = task.when === null ? ok(true) : conditionHolds(host, task.when, turn, resolving);
  if (!holds.ok) return holds;
  if (!holds.value) return ok(null);
  const expanded = expandArguments(host, task, { turn, names: [] }, resolving);
  if (!expanded.ok) return expanded;
  const action = actionOf(task.verb, writtenOut(task.verb, expanded.value.args));
  if (!action.ok) return err({ diagnostics: action.error, locked: [] });
  if (action.value.kind !== 'assert') return ok(action.value);
  const { failure } = action.value;
  for (const condition of task.asserts) {
    const asserted = conditionHolds(host, condition, turn, resolving);
    if (!asserted.ok) return asserted;
    const text = condition.kind === 'constant' ? String(condition.holds) : condition.text;
    if (!asserted.value) return ok({ kind: 'assert', failure: failure ?? `${text} does not hold` });
  }
  return ok({ kind: 'assert', failure: null });
}

/** A text or a list where a mapping is meant. */
function writtenOut(verb: ActionVerb, { keyAt, isText, value }: Entry): Entry {
  const { at } = value;
  const isNothing = value.kind === 'scalar' && value.value === null;
  const key = shortKeys[verb];
  if (value.kind === 'map' || (key === undefined && !isNothing)) return { keyAt, isText, value };
  const entries = new Map(isNothing || key === undefined ? [] : [[key, { keyAt, isText, value }] as const]);
  return { keyAt, isText, value: { kind: 'map', at, entries } };
}

/** An action by its arguments; that of `assert` has its message as its failure, for what it asks for is looked at elsewhere. */
function actionOf(verb: ActionVerb, args: Entry): Result<Action, readonly Diagnostic[]> {
  const vars = locatedVars(new Map([[verb, args]]));
  const given = vars.values[verb];
  const refuse = ({ issues }: { readonly issues: Parameters<typeof faultsIn>[2] }) => err(faultsIn(args, verb, issues));
  const wordsOf = (key: string, written: Parameters<typeof commandWords>[0]): Result<Words, readonly Diagnostic[]> => {
    const words = commandWords(written);
    if (words.ok) return words;
    const { message, hint } = words.error;
    return err([{ severity: 'error', code: 'command', message, hint, at: vars.locate([verb, key]) }]);
  };
  switch (verb) {
    case 'command': {
      const parsed = actionSchemas.command.safeParse(given);
      if (!parsed.success) return refuse(parsed.error);
      const { argv, creates, unless, chdir, stdin, ok: codes, changed, timeout } = parsed.data;
      const words = wordsOf('argv', argv);
      const guard = unless == null ? ok(null) : wordsOf('unless', unless);
      if (!words.ok) return words;
      if (!guard.ok) return guard;
      return ok({
        kind: 'command',
        argv: words.value,
        stdin: stdin ?? null,
        chdir: chdir ?? null,
        creates: creates ?? null,
        unless: guard.value,
        ok: typeof changed === 'boolean' ? codes : [...codes, ...changed],
        changed,
        timeoutS: timeout,
      });
    }
    case 'package': {
      const parsed = actionSchemas.package.safeParse(given);
      if (!parsed.success) return refuse(parsed.error);
      const { name, state, timeout } = parsed.data;
      return ok({ kind: 'package', names: typeof name === 'string' ? [name] : name, state, timeoutS: timeout });
    }
    case 'wait': {
      const parsed = actionSchemas.wait.safeParse(given);
      if (!parsed.success) return refuse(parsed.error);
      const { until, everyS, timeoutS } = parsed.data;
      if (until.kind === 'seconds') return ok({ kind: 'wait', until, everyS, timeoutS: until.seconds });
      if (until.kind === 'port') return ok({ kind: 'wait', until, everyS, timeoutS });
      const words = wordsOf('until', until.words);
      return words.ok ? ok({ kind: 'wait', until: { kind: 'command', argv: words.value }, everyS, timeoutS }) : words;
    }
    case 'assert': {
      const parsed = actionSchemas.assert.safeParse(given);
      return parsed.success ? ok({ kind: 'assert', failure: parsed.data.message ?? null }) : refuse(parsed.error);
    }
    case 'verify': {
      const parsed = actionSchemas.verify.safeParse(given);
      return parsed.success ? ok({ kind: 'verify' }) : refuse(parsed.error);
    }
    case 'reboot': {
      const parsed = actionSchemas.reboot.safeParse(given);
      return parsed.success ? ok({ kind: 'reboot', timeoutS: parsed.data.timeout }) : refuse(parsed.error);
    }
    default:
      return unreachable(verb);
  }
}
