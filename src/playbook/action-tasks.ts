import { type Action, type ActionResults, type ActionTask, idleResult } from '../domain/action.ts';
import { toShell } from '../domain/command.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { HostVarsFault } from '../inventory/host-vars.ts';
import type { InventoryHost } from '../inventory/inventory.ts';
import { fromJson, type Located, toJson } from '../inventory/located.ts';
import { placeWords } from '../tasks/host-wants.ts';
import type { Play, Task } from './playbook.ts';
import { type ActingTask, readAction } from './read-action.ts';
import type { Resolving } from './resolve-host.ts';
import { itemsOf, type Turn, verbatim } from './turns.ts';

/** Verbs that look, and change nothing. */
const checks: readonly string[] = ['assert', 'verify', 'wait'];

/**
 * The actions of a task on a host, one for each turn; those whose condition is known to be false are left out. `registered` are the names
 * of results that earlier tasks leave: what needs one is settled only during a push, and here only its names are looked at.
 */
export function actionTasks(
  host: InventoryHost,
  {
    play,
    task,
    registered,
  }: { readonly play: Play; readonly task: ActingTask; readonly registered: ReadonlySet<string> },
  resolving: Resolving,
): readonly Result<ActionTask | null, HostVarsFault>[] {
  const turns = itemsOf(host, play, task, resolving);
  if (!turns.ok) return [turns];
  const needs = [...namesIn(task)].filter((name) => registered.has(name));
  const standIns = Object.fromEntries(needs.map((name) => [name, idleResult(false)]));
  const settle = (turn: Turn, results: ActionResults) =>
    readAction(host, task, withResults(turn, results, task), resolving);
  return turns.value.map((turn, index): Result<ActionTask | null, HostVarsFault> => {
    const first = settle(turn, standIns);
    const known = needs.length === 0 ? first : onlyNames(first);
    if (!known.ok) return known;
    if (needs.length === 0 && known.value === null && task.register === null) return ok(null);
    const number = turns.value.length > 1 ? ` (${index + 1} of ${turns.value.length})` : '';
    return ok({
      words: `${wordsOf(task)}${number}`,
      isCheck: checks.includes(task.verb),
      register: task.register,
      needs,
      resolve: (results) => {
        const settled: Result<Action | null, HostVarsFault> = settle(turn, results);
        return settled.ok ? settled : err(settled.error.diagnostics.map(sentence).join('; '));
      },
    });
  });
}

/** All words in a task that may be names of variables. */
export function namesIn({ args, when, loop, vars, asserts }: Task): ReadonlySet<string> {
  const conditions = [...(when === null ? [] : [when]), ...asserts];
  const values = [args, ...(loop === null ? [] : [loop]), ...vars.values()].map(({ value }) =>
    JSON.stringify(toJson(value)),
  );
  const texts = [...values, ...conditions.map((each) => (each.kind === 'expression' ? each.text : ''))];
  return new Set(texts.flatMap((text) => text.match(/[A-Za-z_]\w*/g) ?? []));
}

function withResults(turn: Turn, results: ActionResults, { args }: Task): Turn {
  const at = args.keyAt;
  const entries = Object.entries(results).map(([name, { stdout_lines, ...result }]) => {
    const value = verbatim(fromJson({ ...result, stdout_lines: [...stdout_lines] }, at));
    return [name, { keyAt: at, isText: true, value }] as const;
  });
  return { ...turn, own: new Map([...turn.own, ...entries]) };
}

/** What is wrong whatever the results will be: names that nothing has, and what is still encrypted. */
function onlyNames(first: Result<Action | null, HostVarsFault>): Result<null, HostVarsFault> {
  if (first.ok) return ok(null);
  const diagnostics = first.error.diagnostics.filter(({ code }) => code === 'undefined-variable');
  const { locked } = first.error;
  return diagnostics.length + locked.length > 0 ? err({ diagnostics, locked }) : ok(null);
}

/** A task by its name, else as it is written: references stay, whatever secret they stand for. */
function wordsOf({ name, verb, args, asserts }: Task): string {
  if (name !== null) return name;
  const conditions = asserts.map((each) => (each.kind === 'expression' ? each.text : String(each.holds)));
  const text = verb === 'assert' ? conditions.join(', ') : textOf(args.value);
  return text === '' ? verb : `${verb} ${text}`;
}

function textOf(value: Located): string {
  const json = toJson(value);
  if (json === null) return '';
  if (Array.isArray(json)) return toShell(json.map(String));
  if (typeof json !== 'object') return String(json);
  if (value.kind !== 'map') return '';
  const main = value.entries.get('argv') ?? value.entries.get('name');
  if (main !== undefined) return textOf(main.value);
  return [...value.entries].map(([key, entry]) => `${key} ${textOf(entry.value)}`).join(', ');
}

function sentence({ at, message, hint }: HostVarsFault['diagnostics'][number]): string {
  return `${at === null ? '' : `${placeWords(at)}: `}${message}${hint === null ? '' : ` (${hint})`}`;
}
