import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import type { Entry, Located } from './located.ts';
import { isVaultTag, tagProblem, typedScalar } from './yaml-tag.ts';

const mostNodesThroughAliases = 100_000;

/** What the tree of a YAML document is read with. */
export type Reading = {
  readonly text: string;
  readonly placeOf: (offset: number) => SourceLocation;
  readonly report: (diagnostic: Diagnostic) => void;
};

/** Turns the tree of a parsed YAML document into located data; what is wrong in it goes to `report`, and an empty value takes its place. */
export function locateTree(root: Node, { text, placeOf, report }: Reading): Located {
  const open = new Set<Node>();
  // An alias means the last anchor of its name before it, so it is settled when the document's own order comes by.
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  let aliasDepth = 0;
  let unsafeDepth = 0;
  let nodesThroughAliases = 0;

  const fault = (code: string, message: string, at: SourceLocation, hint: string | null) =>
    report({ severity: 'error', code, message, hint, at });

  const startOf = (node: Node) => placeOf(node.range?.[0] ?? 0);

  function visit(node: Node | null, keyText: string | null, fallback: SourceLocation): Located {
    if (node === null) return { kind: 'scalar', at: fallback, value: null, bracesAt: [] };
    if (aliasDepth > 0 && ++nodesThroughAliases > mostNodesThroughAliases) return emptyAt(startOf(node));
    if (isAlias(node)) return visitAlias(node, keyText);
    if (aliasDepth === 0 && (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined)
      anchors.set(node.anchor, node);
    const problem = tagProblem(node.tag);
    if (problem !== null) {
      fault('yaml-tag', problem.message, startOf(node), problem.hint);
      return emptyAt(startOf(node));
    }
    if (isVaultTag(node.tag)) return visitVault(node);
    const isUnsafe = node.tag === '!unsafe';
    open.add(node);
    if (isUnsafe) unsafeDepth++;
    const located = isScalar(node) ? visitScalar(node, keyText) : visitCollection(node);
    if (isUnsafe) unsafeDepth--;
    open.delete(node);
    return located;
  }

  function visitAlias(alias: Node & { source: string }, keyText: string | null): Located {
    const target = targets.get(alias) ?? anchors.get(alias.source);
    const at = startOf(alias);
    if (target !== undefined) targets.set(alias, target);
    if (target === undefined) fault('yaml-alias', `no anchor "&${alias.source}" comes before this alias`, at, null);
    else if (open.has(target)) fault('yaml-alias', `"*${alias.source}" stands inside the value it repeats`, at, null);
    else {
      aliasDepth++;
      const located = visit(target, keyText, at);
      aliasDepth--;
      if (nodesThroughAliases <= mostNodesThroughAliases) return located;
      // Said once, by the outermost alias, not by each of the thousands inside it.
      if (aliasDepth === 0) fault('yaml-alias', 'the aliases of this file repeat more than 100000 values', at, null);
    }
    return emptyAt(at);
  }

  function visitVault(node: Node): Located {
    const at = startOf(node);
    const ciphertext = isScalar(node) ? String(node.value ?? '').trim() : '';
    if (ciphertext.startsWith('$ANSIBLE_VAULT;')) return { kind: 'vault', at, ciphertext };
    const hint = 'paste the output of "ansible-vault encrypt_string"';
    fault('yaml-vault', 'the tag !vault needs a text that starts with $ANSIBLE_VAULT;', at, hint);
    return emptyAt(at);
  }

  function visitScalar(node: Scalar, keyText: string | null): Located {
    const at = startOf(node);
    if (node.tag === '!unsafe') return { kind: 'verbatim', at, text: String(node.value ?? '') };
    const { value, problem } = typedScalar(node, keyText);
    if (problem !== null) report({ ...problem, at });
    if (unsafeDepth > 0 && typeof value === 'string') return { kind: 'verbatim', at, text: value };
    const raw = text.slice(node.range?.[0] ?? 0, node.range?.[1] ?? 0);
    const braces = [...raw.matchAll(/\{[{%#]/g)].map((match) => placeOf((node.range?.[0] ?? 0) + match.index));
    return { kind: 'scalar', at, value, bracesAt: braces };
  }

  function visitCollection(node: Node): Located {
    const at = startOf(node);
    if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => visit(item as Node, null, at)) };
    if (!isMap(node)) return emptyAt(at);
    const own = new Map<string, Entry>();
    const merged = new Map<string, Entry>();
    for (const pair of node.items) {
      const key = pair.key as Node | null;
      const keyAt = key === null ? at : startOf(key);
      if (!isScalar(key) || key.tag !== undefined) {
        // In {{ name }} the inner mapping is the key of the outer one.
        if (text.startsWith('{{', node.range?.[0]))
          fault('unquoted-reference', 'YAML reads an unquoted {{ as a mapping', at, 'write "{{ … }}" in quotes');
        else fault('yaml-key', 'a key must be plain text', keyAt, null);
        continue;
      }
      const name = String(key.value);
      const value = visit(pair.value as Node | null, name, keyAt);
      if (name === '<<' && key.type === 'PLAIN') merge(value, merged, fault);
      else if (own.has(name)) {
        const first = own.get(name)?.keyAt.line;
        const hint = 'Ansible would keep only the last one';
        fault('duplicate-key', `key "${name}" is already set on line ${first}`, keyAt, hint);
      } else own.set(name, { keyAt, isText: typeof typedScalar(key, null).value === 'string', value });
    }
    return { kind: 'map', at, entries: new Map([...merged, ...own]) };
  }

  return visit(root, null, placeOf(0));
}

/** Adds the keys of a `<<` value. In a list the earlier mapping wins, as the merge key's specification says. */
function merge(
  value: Located,
  into: Map<string, Entry>,
  fault: (code: string, message: string, at: SourceLocation, hint: string | null) => void,
): void {
  const sources = value.kind === 'list' ? [...value.items].reverse() : [value];
  for (const source of sources) {
    if (source.kind === 'map') for (const [key, entry] of source.entries) into.set(key, entry);
    else fault('yaml-merge', '"<<" takes a mapping or a list of mappings', source.at, null);
  }
}

function emptyAt(at: SourceLocation): Located {
  return { kind: 'scalar', at, value: null, bracesAt: [] };
}
