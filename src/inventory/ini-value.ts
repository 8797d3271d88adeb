import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import type { Located } from './located.ts';
import { type Literal, readLiteral } from './python-literal.ts';

/** A value as it stands in an INI source: its text without shell quotes, and the place of each of its characters. */
export type IniText = {
  readonly text: string;
  readonly at: SourceLocation;
  readonly placeOf: (index: number) => SourceLocation;
};

/** Gives a value of an INI source its type, as Ansible does with Python's literals: `23` is a number, `True` a boolean, `true` a text. */
export function iniValue({ text, at, placeOf }: IniText, report: (diagnostic: Diagnostic) => void): Located {
  // literal_eval takes blanks away from the front only, and the text keeps them where it stays one.
  const read = readLiteral(text);
  if (read.kind === 'refused')
    report({ severity: 'error', code: 'ini-value', message: read.message, hint: read.hint, at });
  if (read.kind !== 'literal') return textAt(text, at, placeOf);
  return located(read.literal, { at, placeOf });
}

function located(literal: Literal, source: Pick<IniText, 'at' | 'placeOf'>): Located {
  const at = source.placeOf(literal.at);
  switch (literal.kind) {
    case 'scalar':
      return typeof literal.value === 'string'
        ? textAt(literal.value, at, (index) => source.placeOf(literal.charsAt[index] ?? literal.at))
        : { kind: 'scalar', at, value: literal.value, bracesAt: [] };
    case 'list':
      return { kind: 'list', at, items: literal.items.map((item) => located(item, source)) };
    case 'map':
      return {
        kind: 'map',
        at,
        entries: new Map(
          literal.entries.map(({ key, keyAt, isText, value }) => [
            key,
            { keyAt: source.placeOf(keyAt), isText, value: located(value, source) },
          ]),
        ),
      };
  }
}

function textAt(value: string, at: SourceLocation, placeOf: (index: number) => SourceLocation): Located {
  const bracesAt = [...value.matchAll(/\{[{%#]/g)].map(({ index }) => placeOf(index));
  return { kind: 'scalar', at, value, bracesAt };
}
