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
  | { readonly kind: 'map'; readonly at: SourceLocation; readonly entries: Entries };

/** One key of a mapping and its value. */
export type Entry = {
  readonly keyAt: SourceLocation;
  /** False where the format reads the unquoted key as a number, a boolean or null. */
  readonly isText: boolean;
  readonly value: Located;
};

/** The keys of a mapping in the order of the source. */
export type Entries = ReadonlyMap<string, Entry>;

/** The plain data of a located value. */
export function toJson(node: Located): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(toJson);
    case 'map':
      // fromEntries defines its keys, so a key `__proto__` stays a plain one.
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toJson(entry.value)]));
  }
}

/** What a value is, as people call it. */
export function kindOf(node: Located): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a mapping';
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
