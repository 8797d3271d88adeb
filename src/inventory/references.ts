import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { type Entries, type Entry, kindOf, type Located } from './located.ts';
import { type Part, parseTemplate } from './template.ts';

const longestChain = 200;
const longestText = 1_000_000;

type Scalar = Extract<Located, { kind: 'scalar' }>;
type Reference = Extract<Part, { kind: 'reference' }>;

/**
 * Replaces every `{{ reference }}` in the variables of a host by what it stands for. A text that is one reference and nothing
 * else becomes the value itself, with its type and its place. `magic` are names that can be referred to but are no variables.
 */
export function expandReferences(
  variables: Entries,
  { host, magic }: { readonly host: string; readonly magic: Entries },
): { readonly variables: Entries; readonly diagnostics: readonly Diagnostic[] } {
  const scope = new Map([...variables, ...magic]);
  const diagnostics: Diagnostic[] = [];
  const done = new Map<Located, Located>();
  /** The values being expanded now, with the names that led to them. */
  const open = new Map<Located, string | null>();
  /** What stands for a value with an error, so that each error is told once. */
  const broken = new Set<Located>();

  function expand(node: Located, name: string | null): Located {
    const known = done.get(node);
    if (known !== undefined) return known;
    open.set(node, name);
    const expanded = expandParts(node);
    open.delete(node);
    done.set(node, expanded);
    return expanded;
  }

  function expandParts(node: Located): Located {
    switch (node.kind) {
      case 'scalar':
        return typeof node.value === 'string' && node.value.includes('{') ? expandText(node, node.value) : node;
      case 'list':
        return { ...node, items: node.items.map((item) => expand(item, null)) };
      case 'map': {
        const entries = [...node.entries].map(([key, entry]) => [key, expandEntry(entry, null)] as const);
        return { ...node, entries: new Map(entries) };
      }
    }
  }

  function expandEntry(entry: Entry, name: string | null): Entry {
    return { ...entry, value: expand(entry.value, name) };
  }

  function expandText(node: Scalar, text: string): Located {
    const parts = parseTemplate(text);
    if (!parts.ok) {
      const { message, hint, offset } = parts.error;
      return fail(node, { code: 'reference-syntax', message, hint, at: placeIn(node, text, offset) });
    }
    const [first, ...rest] = parts.value;
    if (first?.kind === 'reference' && rest.length === 0) return follow(node, first, placeIn(node, text, first.offset));
    let expanded = '';
    let isBroken = false;
    // All references are followed even after an error, so that all errors are told.
    for (const part of parts.value) {
      const piece = part.kind === 'text' ? part.text : textOf(node, part, placeIn(node, text, part.offset));
      if (piece === null) isBroken = true;
      else expanded += piece;
    }
    if (isBroken) return fail(node, null);
    if (expanded.length > longestText) {
      const message = `this text grows beyond ${longestText} characters`;
      return fail(node, { code: 'reference-size', message, hint: null, at: node.at });
    }
    return { ...node, value: expanded };
  }

  function textOf(node: Scalar, reference: Reference, at: SourceLocation): string | null {
    const value = follow(node, reference, at);
    if (broken.has(value)) return null;
    if (value.kind === 'scalar' && value.value !== null) return String(value.value);
    const message = `"${reference.path.join('.')}" is ${kindOf(value)} and cannot stand inside a text`;
    fail(node, { code: 'reference-type', message, hint: null, at });
    return null;
  }

  function follow(node: Scalar, { path }: Reference, at: SourceLocation): Located {
    const [name = '', ...keys] = path;
    const label = path.join('.');
    if (open.size > longestChain)
      return fail(node, { code: 'reference-depth', message: 'references lead to references too deep', hint: null, at });
    const entry = scope.get(name);
    if (entry === undefined) {
      const message = `variable "${name}" is not defined for ${host}`;
      const hint = didYouMean(name, scope.keys()) ?? `set it for the host or for one of its groups`;
      return fail(node, { code: 'undefined-variable', message, hint, at });
    }
    let value = entry.value;
    for (const [depth, key] of keys.entries()) {
      // What a text refers to must be known before a key of it can be.
      if (value.kind === 'scalar' && !open.has(value)) value = expand(value, path.slice(0, depth + 1).join('.'));
      if (broken.has(value)) return fail(node, null);
      const next = memberOf(value, key);
      if (next === null) {
        const parent = path.slice(0, depth + 1).join('.');
        const message = `"${parent}" of ${host} has no "${key}": it is ${kindOf(value)}`;
        const hint = value.kind === 'map' ? didYouMean(key, value.entries.keys()) : null;
        return fail(node, { code: 'undefined-variable', message, hint, at });
      }
      value = next;
    }
    if (open.has(value)) {
      const chain = [...open].slice([...open.keys()].indexOf(value) + 1).flatMap(([, each]) => each ?? []);
      const message = `reference cycle: ${[label, ...chain, label].join(' → ')}`;
      return fail(node, { code: 'reference-cycle', message, hint: 'one of them needs a value of its own', at });
    }
    return expand(value, label);
  }

  function fail(node: Scalar, problem: Omit<Diagnostic, 'severity'> | null): Located {
    if (problem !== null) diagnostics.push({ severity: 'error', ...problem });
    const failed: Located = { ...node, value: null };
    broken.add(failed);
    return failed;
  }

  const expanded = [...variables].map(([name, entry]) => [name, expandEntry(entry, name)] as const);
  return { variables: new Map(expanded), diagnostics };
}

function memberOf(value: Located, key: string): Located | null {
  if (value.kind === 'map') return value.entries.get(key)?.value ?? null;
  if (value.kind === 'list' && /^\d+$/.test(key)) return value.items[Number(key)] ?? null;
  return null;
}

/** The place of the braces at an offset of a value; the value's own place where they cannot be told apart in the source. */
function placeIn(node: Scalar, text: string, offset: number): SourceLocation {
  const before = [...text.matchAll(/\{[{%#]/g)].filter(({ index }) => index < offset).length;
  return node.bracesAt[before] ?? node.at;
}
