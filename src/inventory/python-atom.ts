/** A number as it is written. `isExact`: false where JSON's numbers cannot hold it. */
export type PythonNumber = { readonly text: string; readonly value: number; readonly isExact: boolean };

/** A string without its quotes. `end` is the offset behind it, `charsAt` where each of its characters stands. */
export type PythonString = {
  readonly text: string;
  readonly charsAt: readonly number[];
  readonly end: number;
  readonly isBytes: boolean;
};

const digits = String.raw`\d(?:_?\d)*`;
const float = `(?:(?:${digits})?\\.${digits}|${digits}\\.)(?:[eE][-+]?${digits})?|${digits}[eE][-+]?${digits}`;
const integer = String.raw`0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[1-9](?:_?\d)*|0(?:_?0)*`;
const numberHere = new RegExp(`(?:(${float})|(${integer}))(?![\\w.\\u0080-\\uffff])`, 'y');
const escapes: { readonly [letter: string]: string } = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The number at an offset of a text, as Python's tokenizer takes it; null where there is none. */
export function readNumber(text: string, offset: number): PythonNumber | null {
  numberHere.lastIndex = offset;
  const [found, asFloat, asInteger = ''] = numberHere.exec(text) ?? [];
  if (found === undefined) return null;
  const plain = found.replaceAll('_', '');
  const value = asFloat === undefined && /^0+$/.test(plain) ? 0 : Number(plain);
  return { text: found, value, isExact: asInteger === '' ? Number.isFinite(value) : Number.isSafeInteger(value) };
}

/** The string at an offset of a text; null where there is none, or where Python would not take it. */
export function readString(text: string, offset: number): PythonString | null {
  const opening = /(?:[rR]?[bB]|[bB][rR]|[rRuU])?('''|"""|'|")/y;
  opening.lastIndex = offset;
  const [start = '', quote] = opening.exec(text) ?? [];
  if (quote === undefined) return null;
  const isBytes = /b/i.test(start);
  const isRaw = /r/i.test(start);
  const charsAt: number[] = [];
  let content = '';
  for (let i = offset + start.length; i < text.length; ) {
    if (text.startsWith(quote, i)) return { text: content, charsAt, end: i + quote.length, isBytes };
    const piece =
      text.charAt(i) === '\\' ? readEscape(text, i, { isRaw, isBytes }) : { text: text.charAt(i), length: 1 };
    if (piece === null || (isBytes && /[\u0080-\uffff]/.test(text.slice(i, i + piece.length)))) return null;
    for (let n = 0; n < piece.text.length; n++) charsAt.push(i);
    content += piece.text;
    i += piece.length;
  }
  return null;
}

function readEscape(
  text: string,
  at: number,
  { isRaw, isBytes }: { readonly isRaw: boolean; readonly isBytes: boolean },
): { readonly text: string; readonly length: number } | null {
  const next = text.charAt(at + 1);
  if (isRaw || next === '') return { text: text.slice(at, at + 2), length: 2 };
  const known = escapes[next];
  if (known !== undefined) return { text: known, length: 2 };
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined) return { text: String.fromCodePoint(Number.parseInt(octal, 8)), length: 1 + octal.length };
  const width = next === 'x' ? 2 : isBytes ? 0 : next === 'u' ? 4 : next === 'U' ? 8 : 0;
  // Names of characters (\N{DASH}) would need a table of all of them: the value stays the text it is.
  if (width === 0) return !isBytes && next === 'N' ? null : { text: `\\${next}`, length: 2 };
  const hex = text.slice(at + 2, at + 2 + width);
  const codePoint = /^[\da-fA-F]+$/.test(hex) && hex.length === width ? Number.parseInt(hex, 16) : Number.NaN;
  return codePoint <= 0x10ffff ? { text: String.fromCodePoint(codePoint), length: 2 + width } : null;
}
