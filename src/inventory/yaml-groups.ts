import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import type { Declaration } from './declaration.ts';
import { groupNameHint, isGroupName } from './group-name.ts';
import { parseHostPattern } from './host-pattern.ts';
import { type Entries, type Entry, kindOf, type Located } from './located.ts';

const sections = ['hosts', 'vars', 'children'];

/** What a YAML inventory says: its keys are groups, each with `hosts`, `vars` and `children`. */
export function declareGroups(tree: Located, report: (diagnostic: Diagnostic) => void): readonly Declaration[] {
  const declarations: Declaration[] = [];
  const fault = (code: string, message: string, at: SourceLocation, hint: string | null) =>
    report({ severity: 'error', code, message, hint, at });

  function declareGroup(name: string, entry: Entry): void {
    if (!entry.isText || !isGroupName(name)) {
      const hint = entry.isText ? groupNameHint : `write "${name}" in quotes`;
      fault('group-name', `"${name}" is not a group name`, entry.keyAt, hint);
      return;
    }
    declarations.push({ kind: 'group', group: name, at: entry.keyAt });
    const body = entry.value;
    if (isEmpty(body)) return;
    if (body.kind !== 'map') {
      fault(
        'group-shape',
        `group "${name}" must be a mapping of hosts, vars and children, not ${kindOf(body)}`,
        body.at,
        null,
      );
      return;
    }
    for (const [section, { keyAt, value }] of body.entries) {
      if (section === 'vars') declareVars(name, value);
      else if (section === 'hosts')
        for (const [host, its] of keysOf(section, name, value)) declareHosts(name, host, its);
      else if (section === 'children')
        for (const [child, its] of keysOf(section, name, value)) {
          declareGroup(child, its);
          declarations.push({ kind: 'child', parent: name, child, at: its.keyAt });
        }
      else {
        const hint =
          didYouMean(section, sections) ?? 'a group has hosts, vars and children; a child group goes under children';
        fault('unknown-key', `"${section}" is not a key of a group`, keyAt, hint);
      }
    }
  }

  function declareVars(group: string, value: Located): void {
    if (isEmpty(value)) return;
    if (value.kind !== 'map')
      fault('vars-shape', `vars of group "${group}" must be a mapping, not ${kindOf(value)}`, value.at, null);
    else for (const [name, entry] of value.entries) declarations.push({ kind: 'group-var', group, name, entry });
  }

  function declareHosts(group: string, text: string, { keyAt, isText, value }: Entry): void {
    const pattern = parseHostPattern(text);
    if (!isText)
      fault('host-name', `host name ${text} is read as a number or a boolean`, keyAt, `write "${text}" in quotes`);
    else if (!pattern.ok) fault('host-pattern', pattern.error.message, keyAt, pattern.error.hint);
    else if (!isEmpty(value) && value.kind !== 'map')
      fault('host-shape', `the variables of host "${text}" must be a mapping, not ${kindOf(value)}`, value.at, null);
    else {
      const vars = value.kind === 'map' ? [...value.entries] : [];
      for (const host of pattern.value.hosts) {
        declarations.push({ kind: 'member', group, host, port: pattern.value.port, at: keyAt });
        for (const [name, entry] of vars) declarations.push({ kind: 'host-var', host, name, entry });
      }
    }
  }

  /** The keys of `hosts` or `children`; a single text counts as one key, as it does for Ansible. */
  function keysOf(section: string, group: string, value: Located): Entries {
    if (isEmpty(value)) return new Map();
    if (value.kind === 'map') return value.entries;
    if (value.kind === 'scalar' && typeof value.value === 'string')
      return new Map([
        [value.value, { keyAt: value.at, isText: true, value: { ...value, value: null, bracesAt: [] } }],
      ]);
    const first = value.kind === 'list' ? value.items[0] : undefined;
    const example = first?.kind === 'scalar' ? String(first.value) : 'name';
    const hint = `write each one as a key: "${example}:"`;
    fault('section-shape', `${section} of group "${group}" must be a mapping, not ${kindOf(value)}`, value.at, hint);
    return new Map();
  }

  if (tree.kind !== 'map') {
    fault('inventory-shape', `an inventory is a mapping of groups, not ${kindOf(tree)}`, tree.at, null);
    return [];
  }
  const plugin = tree.entries.get('plugin');
  if (plugin !== undefined) {
    const hint = 'give the output of "ansible-inventory --list --yaml" instead';
    fault('inventory-plugin', 'this file configures an inventory plugin and has no hosts itself', plugin.keyAt, hint);
    return [];
  }
  for (const [name, entry] of tree.entries) declareGroup(name, entry);
  return declarations;
}

function isEmpty(value: Located): boolean {
  return value.kind === 'scalar' && value.value === null;
}
