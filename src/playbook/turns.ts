import type { SourceLocation } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Json } from '../domain/variable.ts';
import {
  type Added,
  type HostVarsFault,
  hostEntries,
  magicVariables,
  mergedVariables,
} from '../inventory/host-vars.ts';
import type { InventoryHost } from '../inventory/inventory.ts';
import { type Entry, kindOf, type Located, toJson } from '../inventory/located.ts';
import { isTrue, namesIn } from './condition.ts';
import type { Condition, Play, Task } from './playbook.ts';
import type { Resolving } from './resolve-host.ts';

/** What a task adds to the variables of a host in one turn: those of the play and its own, and the `item` of a loop. */
export type Turn = Added;

// No name of a variable has blanks, so these meet none.
const loopName = 'loop of the task';
const namedName = 'names that are looked up';

/** The turns of a task on a host: one, or one for each item of its loop; those whose condition is false are left out. */
export function turnsOf(
  host: InventoryHost,
  play: Play,
  task: Task,
  resolving: Resolving,
): Result<readonly Turn[], HostVarsFault> {
  const loop = itemsOf(host, play, task, resolving);
  if (!loop.ok || task.when === null) return loop;
  const { when } = task;
  const turns: Turn[] = [];
  const faults: HostVarsFault[] = [];
  for (const turn of loop.value) {
    const holds = conditionHolds(host, when, turn, resolving);
    if (!holds.ok) faults.push(holds.error);
    else if (holds.value) turns.push(turn);
  }
  if (faults.length === 0) return ok(turns);
  return err({
    diagnostics: faults.flatMap(({ diagnostics }) => diagnostics),
    locked: faults.flatMap(({ locked }) => locked),
  });
}

/** The same whatever its condition says. */
export function itemsOf(
  host: InventoryHost,
  play: Play,
  { vars, loop }: Task,
  resolving: Resolving,
): Result<readonly Turn[], HostVarsFault> {
  const once: Turn = { vars: [play.vars, vars], own: new Map() };
  return loop === null ? ok([once]) : loopTurns(host, once, loop, resolving);
}

function loopTurns(
  host: InventoryHost,
  turn: Turn,
  loop: Entry,
  { inventory, decrypted }: Resolving,
): Result<readonly Turn[], HostVarsFault> {
  const own = new Map([[loopName, loop]]);
  const expanded = hostEntries(inventory, host, { wanted: [loopName], decrypted, added: { ...turn, own } });
  if (!expanded.ok) return expanded;
  const list = expanded.value.get(loopName)?.value;
  if (list?.kind === 'list')
    return ok(
      list.items.map((value) => {
        return { ...turn, own: new Map([['item', { keyAt: value.at, isText: true, value: verbatim(value) }]]) };
      }),
    );
  const message = `loop must be a list, not ${list === undefined ? 'empty' : kindOf(list)}`;
  const at = loop.value.at;
  return err({ diagnostics: [{ severity: 'error', code: 'type', message, hint: null, at }], locked: [] });
}

/** Whether a condition holds with the variables of a turn. */
export function conditionHolds(
  host: InventoryHost,
  when: Condition,
  turn: Turn,
  resolving: Resolving,
): Result<boolean, HostVarsFault> {
  if (when.kind === 'constant') return ok(when.holds);
  const known = knownNames(host, turn, resolving);
  const values = namedValues(host, { names: namesIn(when, known), at: when.at }, turn, resolving);
  if (!values.ok) return values;
  const holds = isTrue(when, values.value, known);
  return holds.ok ? holds : err({ diagnostics: [holds.error], locked: [] });
}

/** The values of those of these names that are variables of a turn, for what stands at `at`. */
export function namedValues(
  host: InventoryHost,
  { names, at }: { readonly names: readonly string[]; readonly at: SourceLocation },
  turn: Turn,
  resolving: Resolving,
): Result<{ readonly [name: string]: Json }, HostVarsFault> {
  const known = new Set(knownNames(host, turn, resolving));
  const entries = names
    .filter((name) => known.has(name))
    .map((name): readonly [string, Entry] => {
      // A text that is one reference and nothing else becomes the value itself.
      return [name, { keyAt: at, isText: true, value: { kind: 'scalar', at, value: `{{ ${name} }}`, bracesAt: [at] } }];
    });
  const wanted: Entry = { keyAt: at, isText: true, value: { kind: 'map', at, entries: new Map(entries) } };
  const own = new Map([...turn.own, [namedName, wanted] as const]);
  const { inventory, decrypted } = resolving;
  const expanded = hostEntries(inventory, host, { wanted: [namedName], decrypted, added: { ...turn, own } });
  if (!expanded.ok) return expanded;
  const value = expanded.value.get(namedName)?.value;
  return ok(value === undefined ? {} : (toJson(value) as { readonly [name: string]: Json }));
}

function knownNames(host: InventoryHost, turn: Turn, { inventory }: Resolving): readonly string[] {
  return [...mergedVariables(inventory, host, turn).keys(), ...magicVariables(inventory, host).keys()];
}

/** A value that is expanded already, or never had references: what looks like one in it is none. */
export function verbatim(value: Located): Located {
  switch (value.kind) {
    case 'scalar':
      return typeof value.value === 'string' ? { kind: 'verbatim', at: value.at, text: value.value } : value;
    case 'list':
      return { ...value, items: value.items.map(verbatim) };
    case 'map': {
      const entries = [...value.entries].map(
        ([key, entry]) => [key, { ...entry, value: verbatim(entry.value) }] as const,
      );
      return { ...value, entries: new Map(entries) };
    }
    default:
      return value;
  }
}
