import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import type { Result } from '../domain/result.ts';
import { calls } from './expression-calls.ts';
import { bracesPlace, type Entries, type Entry, fromJson, kindOf, type Located, memberOf, toJson } from './located.ts';
import { type DeadEnd, missingReference } from './missing-reference.ts';
import { parsedText } from './parsed-text.ts';
import { type Expression, labelOf, offsetOf } from './template.ts';
import type { VaultFault } from './vault.ts';

const longestChain = 200;
const longestText = 1_000_000;

type Scalar = Extract<Located, { kind: 'scalar' }>;
type Reference = Extract<Expression, { kind: 'reference' }>;
type Call = Extract<Expression, { kind: 'call' }>;
type Problem = Omit<Diagnostic, 'severity'>;

/** What decryption gave, by ciphertext. */
export type Decrypted = ReadonlyMap<string, Result<string, VaultFault>>;

/** What references are expanded with. */
export type Scope = {
  /** Names that can be referred to but are no variables, such as `inventory_hostname`. They win over variables. */
  readonly magic: Entries;
  /** Texts encrypted with ansible-vault, by their ciphertexts. */
  readonly decrypted: Decrypted;
};

/** Variables without references. `locked`: the ciphertexts that are needed and were not decrypted. */
export type Expanded = {
  readonly variables: Entries;
  readonly diagnostics: readonly Diagnostic[];
  readonly locked: readonly string[];
};

/**
 * Replaces every `{{ reference }}` in the wanted variables by what it stands for; all others are looked at only where a wanted one leads to
 * them. A text that is one reference and nothing else becomes the value itself, with its type and its place.
 */
export function expandReferences(variables: Entries, wanted: Iterable<string>, { magic, decrypted }: Scope): Expanded {
  const diagnostics: Diagnostic[] = [];
  const locked = new Set<string>();
  const done = new Map<Located, Located>();
  /** The values being expanded now, with the names that led to them. */
  const open = new Map<Located, string | null>();
  /** What stands for a value with an error, so that each error is told once. */
  const broken = new Set<Located>();

  const find = (name: string): Entry | undefined => magic.get(name) ?? variables.get(name);

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
      case 'verbatim':
        return node;
      case 'vault': {
        const decryption = decrypted.get(node.ciphertext);
        if (decryption?.ok === true) return { kind: 'verbatim', at: node.at, text: decryption.value };
        locked.add(node.ciphertext);
        return fail(decryption === undefined ? null : { code: 'vault', ...decryption.error, at: node.at });
      }
    }
  }

  function expandEntry(entry: Entry, name: string | null): Entry {
    return { ...entry, value: expand(entry.value, name) };
  }

  function expandText(node: Scalar, text: string): Located {
    const parts = parsedText(node, text);
    if (!parts.ok) {
      const { message, hint, offset } = parts.error;
      return fail({ code: 'reference-syntax', message, hint, at: bracesPlace(node, text, offset) });
    }
    const [first, ...rest] = parts.value;
    if (first !== undefined && first.kind !== 'text' && rest.length === 0)
      return evaluate(first, bracesPlace(node, text, offsetOf(first)));
    let expanded = '';
    let isBroken = false;
    // All references are followed even after an error, so that all errors are told.
    for (const part of parts.value) {
      const piece = part.kind === 'text' ? part.text : textOf(part, bracesPlace(node, text, offsetOf(part)));
      if (piece === null) isBroken = true;
      else expanded += piece;
    }
    if (isBroken) return fail(null);
    if (expanded.length > longestText) {
      const message = `this text grows beyond ${longestText} characters`;
      return fail({ code: 'reference-size', message, hint: null, at: node.at });
    }
    return { ...node, value: expanded };
  }

  function textOf(expression: Expression, at: SourceLocation): string | null {
    const value = evaluate(expression, at);
    if (broken.has(value)) return null;
    if (value.kind === 'verbatim') return value.text;
    if (value.kind === 'scalar' && value.value !== null) return String(value.value);
    const hint = value.kind === 'list' ? 'write {{ join … "," }} or {{ json … }}' : null;
    const message = `"${labelOf(expression)}" is ${kindOf(value)} and cannot stand inside a text`;
    fail({ code: 'reference-type', message, hint, at });
    return null;
  }

  function evaluate(expression: Expression, at: SourceLocation): Located {
    switch (expression.kind) {
      case 'value':
        return fromJson(expression.value, at);
      case 'reference':
        return follow(expression, at);
      case 'call':
        return call(expression, at);
    }
  }

  function call({ helper, args }: Call, at: SourceLocation): Located {
    if (helper === 'default' || helper === 'required') {
      const [first, second] = args;
      const isUnset = first?.kind === 'reference' && walk(first).end === null;
      const value = first === undefined || isUnset ? fromJson(null, at) : evaluate(first, at);
      if (broken.has(value) || toJson(value) !== null) return value;
      const other = second === undefined ? value : evaluate(second, at);
      if (helper === 'default' || broken.has(other)) return other;
      return fail({ code: 'reference-required', message: String(toJson(other)), hint: null, at });
    }
    const values = args.map((arg) => evaluate(arg, at));
    if (values.some((value) => broken.has(value))) return fail(null);
    const computed = calls[helper]?.compute?.(values.map(toJson));
    if (computed === undefined) throw new Error(`the parser let an unknown helper "${helper}" through`);
    return computed.ok
      ? fromJson(computed.value, at)
      : fail({ code: 'reference-call', message: computed.error, hint: null, at });
  }

  /** Goes to the end of a path. What a text on the way refers to is expanded, since only then can a key of it be known. */
  function walk({ path }: Reference): { readonly end: Located | null; readonly deadEnd: DeadEnd } {
    let end: Located | null = null;
    for (const [depth, key] of path.entries()) {
      if (end?.kind === 'scalar' && !open.has(end)) end = expand(end, path.slice(0, depth).join('.'));
      if (end !== null && broken.has(end)) break;
      const next: Located | null = depth === 0 ? (find(key)?.value ?? null) : end && memberOf(end, key);
      if (next === null) return { end: null, deadEnd: { path, depth, parent: end } };
      end = next;
    }
    return { end, deadEnd: { path, depth: path.length, parent: end } };
  }

  function follow(reference: Reference, at: SourceLocation): Located {
    const label = reference.path.join('.');
    if (open.size > longestChain)
      return fail({ code: 'reference-depth', message: 'references lead to references too deep', hint: null, at });
    const { end, deadEnd } = walk(reference);
    if (end === null) return fail(missingReference(deadEnd, [...variables.keys(), ...magic.keys()], at));
    if (broken.has(end)) return fail(null);
    if (open.has(end)) {
      const chain = [...open].slice([...open.keys()].indexOf(end) + 1).flatMap(([, each]) => each ?? []);
      const message = `reference cycle: ${[label, ...chain, label].join(' → ')}`;
      return fail({ code: 'reference-cycle', message, hint: 'one of them needs a value of its own', at });
    }
    return expand(end, label);
  }

  function fail(problem: Problem | null): Located {
    if (problem !== null) diagnostics.push({ ...problem, severity: 'error' });
    const failed: Located = { kind: 'scalar', at: problem?.at ?? nowhere, value: null, bracesAt: [] };
    broken.add(failed);
    return failed;
  }

  const expanded = [...wanted].flatMap((name) => {
    const entry = variables.get(name);
    return entry === undefined ? [] : [[name, expandEntry(entry, name)] as const];
  });
  return { variables: new Map(expanded), diagnostics, locked: [...locked] };
}

// The place of a value that was already complained about: nobody looks at it.
const nowhere: SourceLocation = { file: '', line: 0, column: 0 };
