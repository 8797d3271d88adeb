import { comparePlaces, type Diagnostic, type SourceLocation } from '../domain/diagnostic.ts';
import { type Portion, parsePortion } from '../domain/portion.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { locatedVars } from '../inventory/host-vars.ts';
import { type Entries, type Entry, kindOf, type Located } from '../inventory/located.ts';
import { readYaml } from '../inventory/yaml-document.ts';
import { isAction } from '../schema/action-schema.ts';
import { allVerbs, checkPlaybook } from '../schema/playbook-schema.ts';
import type { Condition, Play, Playbook, Task } from './playbook.ts';

/** What is wrong with a playbook, and what is right of it, to look for more faults in. */
export type PlaybookFaults = { readonly diagnostics: readonly Diagnostic[]; readonly rest: Playbook };

/** Reads a playbook and checks its shape: keys, and what does not depend on a host. All faults at once, in the order of the text. */
export function parsePlaybook(text: string, file: string): Result<Playbook, PlaybookFaults> {
  const nothing: Playbook = { plays: [] };
  const { tree, diagnostics } = readYaml(text, file);
  if (diagnostics.some(({ severity }) => severity === 'error')) return err({ diagnostics, rest: nothing });
  const at = tree?.at ?? { file, line: 1, column: 1 };
  if (tree === null || tree.kind !== 'list' || tree.items.length === 0) {
    const hint = 'write "- hosts: all", and "  tasks:" below it';
    const message = `a playbook is a list of plays, not ${tree === null ? 'empty' : tree.kind === 'list' ? 'an empty list' : kindOf(tree)}`;
    const fault: Diagnostic = { severity: 'error', code: 'playbook-shape', message, hint, at };
    return err({ diagnostics: [fault], rest: nothing });
  }
  const faults = checkPlaybook(locatedVars(new Map([['playbook', { keyAt: at, isText: true, value: tree }]])));
  const lines = text.split('\n');
  const plays = tree.items.flatMap((play, number) => {
    const own = faults.filter((fault) => fault.play === number || fault.play === null);
    if (own.some(({ task }) => task === null)) return [];
    return [readPlay(entriesOf(play), lines, new Set(own.flatMap(({ task }) => task ?? [])))];
  });
  if (faults.length === 0) return ok({ plays });
  return err({ diagnostics: faults.map(({ diagnostic }) => diagnostic).sort(comparePlaces), rest: { plays } });
}

/** A play without its tasks of the given numbers. Actions after these are left out too: they may know results by a name given there. */
function readPlay(keys: Entries, lines: readonly string[], faulty: ReadonlySet<number>): Play {
  const hosts = keys.get('hosts');
  const written = keys.get('tasks')?.value;
  const tags = tagsOf(keys);
  const tasks = (written?.kind === 'list' ? written.items : []).flatMap((task, number) =>
    faulty.has(number) ? [] : [{ number, task: readTask(entriesOf(task), tags, lines) }],
  );
  const firstFaulty = Math.min(...faulty);
  return {
    name: textOf(keys.get('name')),
    hosts: { pattern: String(scalarOf(hosts?.value)), at: hosts?.value.at ?? null },
    vars: entriesOf(keys.get('vars')?.value),
    tags,
    serial: listOf(keys.get('serial')?.value).map(portionOf),
    maxFail: listOf(keys.get('max_fail')?.value).map(portionOf)[0] ?? null,
    tasks: tasks.filter(({ number, task }) => number < firstFaulty || !isAction(task.verb)).map(({ task }) => task),
  };
}

function readTask(keys: Entries, playTags: readonly string[], lines: readonly string[]): Task {
  const verb = allVerbs.find((name) => keys.has(name));
  const args = verb === undefined ? undefined : keys.get(verb);
  if (verb === undefined || args === undefined) throw new Error('the schema let a task without a verb through');
  return {
    name: textOf(keys.get('name')),
    verb,
    at: args.keyAt,
    args,
    when: conditionOf(keys.get('when'), lines),
    loop: keys.get('loop') ?? null,
    vars: entriesOf(keys.get('vars')?.value),
    tags: [...new Set([...playTags, ...tagsOf(keys)])],
    register: textOf(keys.get('register')),
    asserts: verb === 'assert' ? assertsOf(args, lines) : [],
  };
}

function textOf(entry: Entry | undefined): string | null {
  const text = scalarOf(entry?.value);
  return text === null ? null : String(text);
}

/** The conditions of an assert, as far as its shape is right. */
function assertsOf({ value }: Entry, lines: readonly string[]): readonly Condition[] {
  const that = value.kind === 'map' ? value.entries.get('that') : undefined;
  if (that === undefined) return [];
  const written = that.value.kind === 'list' ? that.value.items : [that.value];
  return written.flatMap((each) => conditionOf({ ...that, value: each }, lines) ?? []);
}

/** A list, or a text with commas. */
function tagsOf(keys: Entries): readonly string[] {
  const tags = listOf(keys.get('tags')?.value).flatMap((each) => String(each).split(','));
  return [...new Set(tags.map((tag) => tag.trim()).filter((tag) => tag !== ''))];
}

function portionOf(written: unknown): Portion {
  const portion = parsePortion(String(written));
  if (!portion.ok) throw new Error(`the schema let "${written}" through as a number of hosts`);
  return portion.value;
}

/** The scalars of a list, or the one that stands for a list of one. */
function listOf(value: Located | undefined): readonly unknown[] {
  const items = value?.kind === 'list' ? value.items : value === undefined ? [] : [value];
  return items.map(scalarOf).filter((each) => each !== null);
}

function conditionOf(entry: Entry | undefined, lines: readonly string[]): Condition | null {
  if (entry === undefined) return null;
  const value = scalarOf(entry.value);
  if (typeof value === 'boolean') return { kind: 'constant', holds: value };
  const text = String(value);
  const { at } = entry.value;
  return { kind: 'expression', text, at, textAt: textPlace(text, at, lines[at.line - 1] ?? '') };
}

/** Where a text of one line begins, behind its quote if it has one. */
function textPlace(text: string, at: SourceLocation, line: string): SourceLocation | null {
  const start = /["']/.test(line[at.column - 1] ?? '') ? at.column + 1 : at.column;
  return line.startsWith(text, start - 1) ? { ...at, column: start } : null;
}

function entriesOf(value: Located | undefined): Entries {
  return value?.kind === 'map' ? value.entries : new Map();
}

function scalarOf(value: Located | undefined): unknown {
  if (value?.kind === 'scalar') return value.value;
  return value?.kind === 'verbatim' ? value.text : null;
}
