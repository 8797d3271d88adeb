import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import type { Declaration } from './declaration.ts';
import { groupNameHint, isGroupName } from './group-name.ts';
import { parseHostPattern } from './host-pattern.ts';
import { iniValue } from './ini-value.ts';
import { type PythonWord, splitPythonWords } from './python-words.ts';

const sections = ['hosts', 'vars', 'children'];
const sectionLine = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/;

type Line = { readonly text: string; readonly placeOf: (offset: number) => SourceLocation };
type Section = { readonly group: string; readonly kind: string };

/**
 * What an INI inventory says: `[group]` with hosts, `[group:vars]` with variables, `[group:children]` with groups; hosts before the first
 * section are ungrouped. A group that is only named, as a child or for its variables, must have a section or be in `known`.
 */
export function declareIni(
  { text, file, known }: { readonly text: string; readonly file: string; readonly known: ReadonlySet<string> },
  report: (diagnostic: Diagnostic) => void,
): readonly Declaration[] {
  const declarations: Declaration[] = [];
  const declared = new Set(known);
  /** Children that have no section yet, with the groups that name them. */
  const awaited = new Map<string, { readonly parent: string; readonly at: SourceLocation }[]>();
  const withoutSection = new Map<string, SourceLocation>();
  const setInVars = new Map<string, number>();
  let section: Section = { group: 'ungrouped', kind: 'hosts' };

  const fault = (code: string, message: string, at: SourceLocation, hint: string | null) =>
    report({ severity: 'error', code, message, hint, at });

  function openSection(line: Line): void {
    const [, group = '', kind = 'hosts'] = sectionLine.exec(line.text) ?? [];
    section = { group, kind };
    const at = line.placeOf(1);
    if (group === '')
      return void fault(
        'ini-section',
        `"${line.text}" is not a section`,
        line.placeOf(0),
        'write [group], [group:vars] or [group:children]',
      );
    if (!sections.includes(kind)) {
      const hint = didYouMean(kind, sections) ?? 'a section is [group], [group:vars] or [group:children]';
      return void fault('ini-section', `"${kind}" is not a kind of section`, line.placeOf(2 + group.length), hint);
    }
    if (!isGroupName(group)) return void fault('group-name', `"${group}" is not a group name`, at, groupNameHint);
    declarations.push({ kind: 'group', group, at });
    if (kind === 'vars') {
      if (!declared.has(group) && !withoutSection.has(group)) withoutSection.set(group, at);
      return;
    }
    declared.add(group);
    withoutSection.delete(group);
    for (const { parent, at: place } of awaited.get(group) ?? [])
      declarations.push({ kind: 'child', parent, child: group, at: place });
    awaited.delete(group);
  }

  function declareHosts(line: Line, group: string): void {
    const words = splitPythonWords(line.text);
    if (!words.ok) return void fault('ini-line', words.error.message, line.placeOf(words.error.offset), null);
    const [name, ...assignments] = words.value;
    if (name === undefined) return;
    const at = line.placeOf(name.start);
    const pattern = parseHostPattern(name.text);
    if (!pattern.ok) return void fault('host-pattern', pattern.error.message, at, pattern.error.hint);
    const set = new Set<string>();
    const vars = assignments.flatMap((word) => hostVar(word, line, set));
    for (const host of pattern.value.hosts) {
      declarations.push({ kind: 'member', group, host, port: pattern.value.port, at });
      for (const { name: variable, entry } of vars)
        declarations.push({ kind: 'host-var', host, name: variable, entry });
    }
  }

  function hostVar({ text: word, start, charsAt }: PythonWord, line: Line, set: Set<string>) {
    const keyAt = line.placeOf(start);
    const equals = word.indexOf('=');
    if (equals < 1) {
      fault('ini-line', `"${word}" is not a variable`, keyAt, 'write name=value; a host is alone on its line');
      return [];
    }
    const name = word.slice(0, equals);
    if (set.has(name))
      fault('duplicate-key', `"${name}" is set twice on this line`, keyAt, 'Ansible would keep only the last one');
    set.add(name);
    const from = equals + 1;
    const placeOf = (index: number) => line.placeOf(charsAt[from + index] ?? (charsAt[from + index - 1] ?? start) + 1);
    const value = iniValue({ text: word.slice(from), at: placeOf(0), placeOf }, report);
    return [{ name, entry: { keyAt, isText: true, value } }];
  }

  function declareVar(line: Line, group: string): void {
    const [, name = '', gap = '', text = ''] = /^([^=]*?)(\s*=\s*)(.*)$/.exec(line.text) ?? [];
    const keyAt = line.placeOf(0);
    if (name === '') return void fault('ini-line', `"${line.text}" is not a variable`, keyAt, 'write name=value');
    const key = `${group}\n${name}`;
    const first = setInVars.get(key);
    if (first !== undefined)
      fault(
        'duplicate-key',
        `"${name}" is already set on line ${first}`,
        keyAt,
        'Ansible would keep only the last one',
      );
    setInVars.set(key, first ?? keyAt.line);
    const placeOf = (index: number) => line.placeOf(name.length + gap.length + index);
    const value = iniValue({ text, at: placeOf(0), placeOf }, report);
    declarations.push({ kind: 'group-var', group, name, entry: { keyAt, isText: true, value } });
  }

  function declareChild(line: Line, parent: string): void {
    const [, child = ''] = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line.text) ?? [];
    const at = line.placeOf(0);
    if (!isGroupName(child)) fault('group-name', `"${line.text}" is not a group name`, at, groupNameHint);
    else if (declared.has(child) || withoutSection.has(child)) declarations.push({ kind: 'child', parent, child, at });
    else awaited.set(child, [...(awaited.get(child) ?? []), { parent, at }]);
  }

  for (const [index, raw] of text.split('\n').entries()) {
    const indent = raw.length - raw.trimStart().length;
    const line: Line = {
      text: raw.trim(),
      placeOf: (offset) => ({ file, line: index + 1, column: indent + offset + 1 }),
    };
    if (line.text === '' || /^[#;]/.test(line.text)) continue;
    if (sectionLine.test(line.text) || /^\[.*\]$/.test(line.text)) openSection(line);
    else if (!sections.includes(section.kind) || !isGroupName(section.group)) continue;
    else if (section.kind === 'vars') declareVar(line, section.group);
    else if (section.kind === 'children') declareChild(line, section.group);
    else declareHosts(line, section.group);
  }
  const undefinedGroups = [...awaited, ...[...withoutSection].map(([name, at]) => [name, [{ at }]] as const)];
  for (const [name, places] of undefinedGroups)
    for (const { at } of places)
      fault(
        'undefined-group',
        `there is no group "${name}"`,
        at,
        didYouMean(name, declared) ?? `add a section [${name}]`,
      );
  return declarations;
}
