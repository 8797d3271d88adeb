import { type PythonString, readNumber, readString } from './python-atom.ts';

/** A value written as a Python literal. Places are offsets in the text that was read. */
export type Literal =
  | {
      readonly kind: 'scalar';
      readonly at: number;
      readonly value: null | boolean | number | string;
      /** Where each character of a string stands. */
      readonly charsAt: readonly number[];
    }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Literal[] }
  | { readonly kind: 'map'; readonly at: number; readonly entries: readonly LiteralEntry[] };

/** A key of a mapping as JSON would have it, and its value. */
type LiteralEntry = {
  readonly key: string;
  readonly keyAt: number;
  readonly isText: boolean;
  readonly value: Literal;
};

/** What a text is to Python: a literal, no literal, or a literal that JSON has no form for. */
export type LiteralReading =
  | { readonly kind: 'literal'; readonly literal: Literal }
  | { readonly kind: 'text' }
  | { readonly kind: 'refused'; readonly message: string; readonly hint: string };

const deepestNesting = 100;

/**
 * Reads a text as Python's `ast.literal_eval` does, which is how Ansible gives the values of an INI inventory a type: `1`, `[1, 'a']`,
 * `{'a': None}`, `True`. What is no literal (`true`, `1.2.3.4`, `0644`) is text. A tuple is a list; sets and bytes are refused.
 */
export function readLiteral(text: string): LiteralReading {
  let i = 0;
  let depth = 0;
  let isTooDeep = false;
  const refusals: { readonly message: string; readonly hint: string }[] = [];

  /** Notes why a right literal cannot be taken; reading goes on, for it may turn out to be no literal at all. */
  const refuse = (at: number, message: string, hint: string): Literal => {
    refusals.push({ message, hint });
    // A list, since none of what is refused may become a key.
    return { kind: 'list', at, items: [] };
  };
  const skip = () => {
    while (/[ \t\f]/.test(text.charAt(i))) i++;
    if (text.charAt(i) === '#') i = text.length;
  };
  const take = (sign: string): boolean => {
    skip();
    if (!text.startsWith(sign, i)) return false;
    i += sign.length;
    return true;
  };

  function value(): Literal | null {
    isTooDeep ||= depth === deepestNesting;
    if (isTooDeep) return null;
    depth++;
    const found = signed();
    depth--;
    return found;
  }

  function signed(): Literal | null {
    skip();
    const at = i;
    const sign = text.charAt(i);
    if (sign !== '-' && sign !== '+') return primary();
    i++;
    const operand = primary();
    if (operand?.kind !== 'scalar' || typeof operand.value !== 'number') return null;
    // Python's integers have no negative zero.
    const isIntegerZero = operand.value === 0 && !/[.eE]/.test(text.slice(at, i));
    return { ...operand, at, value: sign === '-' && !isIntegerZero ? -operand.value : operand.value };
  }

  function primary(): Literal | null {
    skip();
    const at = i;
    const [word] = /^(?:True|False|None)(?![\w\u0080-\uffff])/.exec(text.slice(i, i + 6)) ?? [];
    if (word !== undefined) {
      i += word.length;
      return { kind: 'scalar', at, value: word === 'None' ? null : word === 'True', charsAt: [] };
    }
    if (take('(')) {
      const inner = items(')');
      const [only] = inner?.items ?? [];
      if (inner === null) return null;
      return inner.hasComma || only === undefined ? { kind: 'list', at, items: inner.items } : only;
    }
    if (take('[')) {
      const inner = items(']');
      return inner === null ? null : { kind: 'list', at, items: inner.items };
    }
    if (take('{')) return mapping(at);
    return number(at) ?? strings(at);
  }

  /** Items up to the closing sign, or to the end of the text; the opening sign is behind us. */
  function items(close: string | null): { readonly items: readonly Literal[]; readonly hasComma: boolean } | null {
    const found: Literal[] = [];
    for (let hasComma = false; ; ) {
      skip();
      if (close === null ? i === text.length : take(close)) return { items: found, hasComma };
      if (found.length > 0 && !hasComma) return null;
      const item = value();
      if (item === null) return null;
      found.push(item);
      const isSeparated = take(',');
      if (!isSeparated) {
        skip();
        const isEnd = close === null ? i === text.length : take(close);
        return isEnd ? { items: found, hasComma } : null;
      }
      hasComma = true;
    }
  }

  function mapping(at: number): Literal | null {
    const entries: LiteralEntry[] = [];
    for (let isFirst = true; !take('}'); isFirst = false) {
      if (!isFirst && !take(',')) return null;
      if (!isFirst && take('}')) break;
      const key = value();
      // A list or a mapping cannot be a key in Python, nor in a set; so `{{ x }}` never gets past here.
      if (key?.kind !== 'scalar') return null;
      if (isFirst && !take(':')) {
        const rest = take(',') ? items('}') : take('}');
        if (rest === null || rest === false) return null;
        return refuse(at, 'a Python set has no form in JSON', 'write a list: [1, 2]');
      }
      if (!isFirst && !take(':')) return null;
      const its = value();
      if (its === null) return null;
      entries.push({ key: String(key.value), keyAt: key.at, isText: typeof key.value === 'string', value: its });
    }
    return { kind: 'map', at, entries };
  }

  function number(at: number): Literal | null {
    const found = readNumber(text, i);
    if (found === null) return null;
    i += found.text.length;
    if (!found.isExact)
      return refuse(at, `${found.text} cannot be kept exactly as a number`, `write "'${found.text}'"`);
    return { kind: 'scalar', at, value: found.value, charsAt: [] };
  }

  function strings(at: number): Literal | null {
    // Strings side by side are one string.
    const pieces: PythonString[] = [];
    for (let piece = readString(text, i); piece !== null; piece = readString(text, i)) {
      pieces.push(piece);
      i = piece.end;
      skip();
    }
    if (pieces.length === 0) return null;
    const bytes = pieces.filter(({ isBytes }) => isBytes);
    if (bytes.length > 0 && bytes.length < pieces.length) return null;
    if (bytes.length > 0)
      return refuse(at, 'a Python bytes value has no form in JSON', 'leave the b before the quotes out');
    const value = pieces.map((piece) => piece.text).join('');
    return { kind: 'scalar', at, value, charsAt: pieces.flatMap(({ charsAt }) => charsAt) };
  }

  const read = items(null);
  if (isTooDeep)
    return { kind: 'refused', message: `a value is nested more than ${deepestNesting} deep`, hint: 'use a YAML file' };
  const [first] = read?.items ?? [];
  if (read === null || first === undefined) return { kind: 'text' };
  const [refusal] = refusals;
  if (refusal !== undefined) return { kind: 'refused', ...refusal };
  return { kind: 'literal', literal: read.hasComma ? { kind: 'list', at: first.at, items: read.items } : first };
}
