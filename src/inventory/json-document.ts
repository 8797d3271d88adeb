import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import type { Entry, Located } from './located.ts';
import { deepestNesting } from './yaml-depth.ts';

type Fault = { readonly code: string; readonly message: string; readonly offset: number };

/** Whether a text is meant as JSON: Ansible tries JSON before YAML, and most JSON is YAML too. */
export function looksLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

/** Reads JSON as located data. The tree is null where the text is no JSON. A key that is set twice is an error, as in YAML. */
export function readJson(
  text: string,
  file: string,
): { readonly tree: Located | null; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const placeOf = placesIn(text, file);
  let i = 0;
  let depth = 0;
  let broken: Fault | null = null;

  const report = ({ code, message, offset }: Fault, hint: string | null) =>
    diagnostics.push({ severity: 'error', code, message, hint, at: placeOf(offset) });
  const fail = (message: string, code = 'json-syntax'): null => {
    broken ??= { code, message, offset: i };
    return null;
  };
  const skip = () => {
    const blank = /[ \t\r\n]*/y;
    blank.lastIndex = i;
    i += blank.exec(text)?.[0].length ?? 0;
  };

  function value(): Located | null {
    skip();
    const start = i;
    const at = placeOf(start);
    const char = text.charAt(i);
    if (char === '{' || char === '[') {
      if (++depth > deepestNesting) return fail(`values are nested more than ${deepestNesting} deep`, 'yaml-depth');
      i++;
      const found = char === '{' ? mapping(at) : list(at);
      depth--;
      return found;
    }
    if (char === '"') {
      const string = readString();
      return string === null ? null : { kind: 'scalar', at, value: string.text, bracesAt: bracesIn(string) };
    }
    const word = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.])/y;
    word.lastIndex = i;
    const found = word.exec(text)?.[0];
    if (found === undefined) return fail('a JSON value should stand here');
    i += found.length;
    const plain = JSON.parse(found) as null | boolean | number;
    const isExact =
      typeof plain !== 'number' || (/^-?\d+$/.test(found) ? Number.isSafeInteger(plain) : Number.isFinite(plain));
    if (!isExact)
      report(
        { code: 'yaml-number', message: `${found} cannot be kept exactly as a number`, offset: start },
        `write "${found}" in quotes`,
      );
    return { kind: 'scalar', at, value: plain, bracesAt: [] };
  }

  function list(at: SourceLocation): Located | null {
    const items: Located[] = [];
    for (skip(); text.charAt(i) !== ']'; skip()) {
      if (items.length > 0 && text.charAt(i++) !== ',') return back('"," or "]" should stand here');
      const item = value();
      if (item === null) return null;
      items.push(item);
    }
    i++;
    return { kind: 'list', at, items };
  }

  function mapping(at: SourceLocation): Located | null {
    const entries = new Map<string, Entry>();
    for (skip(); text.charAt(i) !== '}'; skip()) {
      if (entries.size > 0 && text.charAt(i++) !== ',') return back('"," or "}" should stand here');
      skip();
      const keyAt = i;
      if (text.charAt(i) !== '"') return fail('a key in quotes should stand here');
      const key = readString();
      if (key === null) return null;
      skip();
      if (text.charAt(i++) !== ':') return back('":" should stand here');
      const its = value();
      if (its === null) return null;
      const first = entries.get(key.text);
      if (first !== undefined)
        report(
          {
            code: 'duplicate-key',
            message: `key "${key.text}" is already set on line ${first.keyAt.line}`,
            offset: keyAt,
          },
          'Ansible would keep only the last one',
        );
      else entries.set(key.text, { keyAt: placeOf(keyAt), isText: true, value: its });
    }
    i++;
    return { kind: 'map', at, entries };
  }

  function back(message: string): null {
    i--;
    return fail(message);
  }

  function readString(): { readonly text: string; readonly start: number; readonly raw: string } | null {
    let end = i + 1;
    while (end < text.length && text.charAt(end) !== '"') end += text.charAt(end) === '\\' ? 2 : 1;
    const raw = text.slice(i, end + 1);
    const parsed = parseString(raw);
    if (parsed === null) return fail('this text is not closed, or has a character that JSON does not allow');
    const start = i;
    i += raw.length;
    return { text: parsed, start, raw };
  }

  function bracesIn({ start, raw }: { readonly start: number; readonly raw: string }): readonly SourceLocation[] {
    return raw.includes('{') ? [...raw.matchAll(/\{[{%#]/g)].map(({ index }) => placeOf(start + index)) : [];
  }

  const tree = value();
  skip();
  if (tree !== null && i < text.length) fail('nothing may follow the JSON value');
  if (broken === null) return { tree, diagnostics };
  report(broken, null);
  return { tree: null, diagnostics };
}

function parseString(raw: string): string | null {
  try {
    return JSON.parse(raw) as string;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

/** Turns offsets of a text into places. */
function placesIn(text: string, file: string): (offset: number) => SourceLocation {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file, line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
