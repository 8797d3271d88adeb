import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import { parseHostName } from '../domain/host.ts';
import type { Declaration } from './declaration.ts';
import { groupNameHint, isGroupName } from './group-name.ts';
import { type Entries, type Entry, kindOf, type Located } from './located.ts';

/**
 * What an executable inventory prints for `--list`: groups with `hosts` and `children` as lists and `vars`, or a bare list of hosts; the
 * variables of hosts in `_meta.hostvars`. Hosts are names here, never ranges.
 */
export function declareScript(tree: Located, report: (diagnostic: Diagnostic) => void): readonly Declaration[] {
  const declarations: Declaration[] = [];
  const fault = (code: string, message: string, at: SourceLocation, hint: string | null) =>
    report({ severity: 'error', code, message, hint, at });

  function declareGroup(group: string, { keyAt, value: body }: Entry): void {
    if (!isGroupName(group)) return void fault('group-name', `"${group}" is not a group name`, keyAt, groupNameHint);
    declarations.push({ kind: 'group', group, at: keyAt });
    if (body.kind === 'list') return void declareHosts(group, body);
    if (body.kind !== 'map')
      return void fault(
        'group-shape',
        `group "${group}" must be a mapping or a list of hosts, not ${kindOf(body)}`,
        body.at,
        null,
      );
    const isShort = !['hosts', 'vars', 'children'].some((section) => body.entries.has(section));
    if (isShort) {
      if (body.entries.size === 0) return;
      // To Ansible this is a host of that name with variables (script.py), which nobody means.
      const hint = 'write { "hosts": [...], "vars": {...} }';
      return void fault('group-shape', `group "${group}" has neither hosts, vars nor children`, body.at, hint);
    }
    for (const [section, { keyAt: sectionAt, value }] of body.entries) {
      if (section === 'hosts') declareHosts(group, value);
      else if (section === 'children') declareChildren(group, value);
      else if (section !== 'vars')
        fault('unknown-key', `"${section}" is not a key of a group`, sectionAt, 'a group has hosts, vars and children');
      else if (value.kind !== 'map')
        fault('vars-shape', `vars of group "${group}" must be a mapping, not ${kindOf(value)}`, value.at, null);
      else for (const [name, entry] of value.entries) declarations.push({ kind: 'group-var', group, name, entry });
    }
  }

  function declareHosts(group: string, hosts: Located): void {
    for (const { text, at } of textsOf(`hosts of group "${group}"`, hosts)) {
      const host = parseHostName(text);
      if (!host.ok || /[,&!~*?[\]]/.test(text)) fault('host-pattern', `"${text}" is not a host name`, at, null);
      else declarations.push({ kind: 'member', group, host: host.value, port: null, at });
    }
  }

  function declareChildren(parent: string, children: Located): void {
    for (const { text: child, at } of textsOf(`children of group "${parent}"`, children)) {
      if (!isGroupName(child)) fault('group-name', `"${child}" is not a group name`, at, groupNameHint);
      else declarations.push({ kind: 'group', group: child, at }, { kind: 'child', parent, child, at });
    }
  }

  function textsOf(what: string, list: Located): readonly { readonly text: string; readonly at: SourceLocation }[] {
    if (list.kind !== 'list') {
      fault('section-shape', `${what} must be a list, not ${kindOf(list)}`, list.at, null);
      return [];
    }
    return list.items.flatMap((item) => {
      if (item.kind === 'scalar' && typeof item.value === 'string') return [{ text: item.value, at: item.at }];
      fault('section-shape', `${what}: a name must be text, not ${kindOf(item)}`, item.at, null);
      return [];
    });
  }

  function declareHostVars(all: Entries): void {
    const known = new Set(declarations.flatMap((each) => (each.kind === 'member' ? [String(each.host)] : [])));
    for (const [name, { value, keyAt }] of all) {
      const host = parseHostName(name);
      // Ansible too leaves out hosts that are in no group.
      if (!host.ok || !known.has(name)) continue;
      if (value.kind !== 'map')
        fault('host-shape', `the variables of host "${name}" must be a mapping, not ${kindOf(value)}`, keyAt, null);
      else
        for (const [variable, entry] of value.entries)
          declarations.push({ kind: 'host-var', host: host.value, name: variable, entry });
    }
  }

  if (tree.kind !== 'map') {
    fault('inventory-shape', `an inventory is a mapping of groups, not ${kindOf(tree)}`, tree.at, null);
    return [];
  }
  const meta = tree.entries.get('_meta')?.value;
  for (const [name, entry] of tree.entries) if (name !== '_meta') declareGroup(name, entry);
  const hostVars = meta?.kind === 'map' ? meta.entries.get('hostvars')?.value : undefined;
  if (hostVars?.kind === 'map') declareHostVars(hostVars.entries);
  else if (hostVars === undefined) {
    const hint = 'print { "_meta": { "hostvars": {} } } too; it is not run again with --host for each of them';
    fault('script-meta', 'the variables of the hosts are missing: there is no _meta.hostvars', tree.at, hint);
  } else fault('inventory-shape', `_meta.hostvars must be a mapping, not ${kindOf(hostVars)}`, hostVars.at, null);
  return declarations;
}
