import type { SourceLocation } from '../domain/diagnostic.ts';
import type { Json } from '../domain/variable.ts';

/** A value of an inventory source, whatever its format, with the place of each of its parts. */
export type Located =
  | {
      readonly kind: 'scalar';
      readonly at: SourceLocation;
      readonly value: null | boolean | number | string;
      /** The places of each `{{`, `{%` and `{#` of the value, in order; empty where they cannot be told. */
      readonly bracesAt: readonly SourceLocation[];
    }
  | { readonly kind: 'list'; readonly at: SourceLocation; readonly items: readonly Located[] }
  | { readonly kind: 'map'; readonly at: SourceLocation; readonly entries: Entries }
  /** A text that holds no references, whatever it looks like: `!unsafe`, or what was encrypted. */
  | { readonly kind: 'verbatim'; readonly at: SourceLocation; readonly text: string }
  /** A text encrypted with ansible-vault. */
  | { readonly kind: 'vault'; readonly at: SourceLocation; readonly ciphertext: string };

/** One key of a mapping and its value. */
export type Entry = {
  readonly keyAt: SourceLocation;
  /** False where the format reads the unquoted key as a number, a boolean or null. */
  readonly isText: boolean;
  readonly value: Located;
};

/** The keys of a mapping in the order of the source. */
export type Entries = ReadonlyMap<string, Entry>;

/** The plain data of a located value. What is still encrypted takes the form it has in the output of `ansible-inventory`. */
export function toJson(node: Located): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(toJson);
    case 'map':
      // fromEntries defines its keys, so a key `__proto__` stays a plain one.
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toJson(entry.value)]));
    case 'verbatim':
      return node.text;
    case 'vault':
      return { __ansible_vault: node.ciphertext };
  }
}

/** Plain data as a value that stands at one place. */
export function fromJson(value: Json, at: SourceLocation): Located {
  if (value === null || typeof value !== 'object') return { kind: 'scalar', at, value, bracesAt: [] };
  if (Array.isArray(value)) return { kind: 'list', at, items: value.map((item: Json) => fromJson(item, at)) };
  const entries = Object.entries(value).map(([key, each]) => {
    return [key, { keyAt: at, isText: true, value: fromJson(each, at) }] as const;
  });
  return { kind: 'map', at, entries: new Map(entries) };
}

/** The value of a key of a mapping, or the item of a list by its number from 0; null where there is none. */
export function memberOf(value: Located, key: string): Located | null {
  if (value.kind === 'map') return value.entries.get(key)?.value ?? null;
  if (value.kind === 'list' && /^\d+$/.test(key)) return value.items[Number(key)] ?? null;
  return null;
}

/** What a value is, as people call it. */
export function kindOf(node: Located): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'verbatim') return 'text';
  if (node.kind === 'vault') return 'encrypted';
  return wordFor(node.value);
}

function wordFor(value: null | boolean | number | string): string {
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'a boolean';
    default:
      return 'empty';
  }
}

/** The place of the braces at an offset of a value; the value's own place where they cannot be told apart in the source. */
export function bracesPlace(node: Extract<Located, { kind: 'scalar' }>, text: string, offset: number): SourceLocation {
  const before = [...text.matchAll(/\{[{%#]/g)].filter(({ index }) => index < offset).length;
  return node.bracesAt[before] ?? node.at;
}
