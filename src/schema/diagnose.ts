import type * as z from 'zod';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import type { HostVars, Json } from '../domain/variable.ts';
import { linkKeyNames } from './link-schema.ts';
import { networkSchema } from './network-schema.ts';

type Path = readonly (string | number)[];

// What `-e name=value` gives is always text, as in Ansible.
const textHint = 'a value of -e NAME=VALUE is text: write -e \'{"NAME": …}\'';

const kinds: { readonly [expected: string]: string } = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
};

/** What to write in place of a key that is none, given those there are; null where nothing is known of it. */
type HintOf = (key: string, known: readonly string[]) => string | null;

/** An issue of zod in the words of the domain, at the place where the value was written. `keysOf` gives the keys there are at a path. */
export function diagnose(
  issue: z.core.$ZodIssue,
  vars: HostVars,
  keysOf: (path: Path) => readonly string[] = networkKeys,
  hintOf: HintOf = () => null,
): readonly Diagnostic[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const at = vars.locate(path);
  const value = valueAt(vars, path);
  const error = (code: string, message: string, hint: string | null): readonly Diagnostic[] => [
    { severity: 'error', code, message, hint, at },
  ];
  const missing = () => error('missing', `${wordsFor(path.slice(0, -1))} has no "${path.at(-1)}"`, null);
  switch (issue.code) {
    case 'custom':
      return error(String(issue.params?.code ?? 'invalid'), issue.message, textOrNull(issue.params?.hint));
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, { path, vars, known: keysOf(path), hintOf }));
    case 'invalid_union':
      return value === undefined ? missing() : error('value', issue.message, null);
    case 'invalid_type':
      if (value === undefined) return missing();
      return error(
        'type',
        `${wordsFor(path)} must be ${kinds[issue.expected] ?? issue.expected}, not ${kindOf(value)}`,
        at?.file.startsWith('-e ') ? textHint : typeHint(issue.expected, value),
      );
    case 'invalid_value': {
      const values = issue.values.filter((each) => typeof each === 'string');
      const shown = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
      const booleanHint = typeof value === 'boolean' ? 'YAML reads an unquoted yes, no, on and off as a boolean' : null;
      const hint = typeof value === 'string' ? didYouMean(value, values) : booleanHint;
      return error('value', `${wordsFor(path)} must be one of ${values.join(', ')}, not ${shown}`, hint);
    }
    default:
      return error('value', issue.message, null);
  }
}

function networkKeys(path: Path): readonly string[] {
  if (path.at(-1) === 'link') return linkKeyNames;
  return path.at(-1) === 'mark' ? ['value', 'mask'] : Object.keys(networkSchema.shape);
}

type Misplaced = {
  readonly path: Path;
  readonly vars: HostVars;
  readonly known: readonly string[];
  readonly hintOf: HintOf;
};

function unknownKey(key: string, { path, vars, known, hintOf }: Misplaced): Diagnostic {
  return {
    severity: 'error',
    code: 'unknown-key',
    message: `"${key}" is not a key of ${wordsFor(path)}`,
    hint: hintOf(key, known) ?? didYouMean(key, known) ?? `the keys are ${known.join(', ')}`,
    at: vars.locateKey([...path, key]),
  };
}

/** A path as people read it: `networks[0].link`. */
function wordsFor(path: Path): string {
  return path.reduce<string>(
    (words, part) => (typeof part === 'number' ? `${words}[${part}]` : words === '' ? part : `${words}.${part}`),
    '',
  );
}

function valueAt(vars: HostVars, path: Path): Json | undefined {
  let value: Json | undefined = vars.values;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Array.isArray(value) ? value[Number(part)] : (value as { readonly [key: string]: Json })[part];
  }
  return value;
}

function kindOf(value: Json): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object'
    ? 'a mapping'
    : `the ${typeof value === 'string' ? 'text' : typeof value} ${JSON.stringify(value)}`;
}

function typeHint(expected: string, value: Json): string | null {
  if (expected === 'string' && typeof value === 'number') return 'write it in quotes';
  if (expected === 'string' && typeof value === 'boolean')
    return 'YAML reads an unquoted yes, no, on and off as a boolean: write it in quotes';
  if (expected === 'array' && typeof value === 'string') return `write a list: ["${value}"]`;
  if (expected === 'number' && typeof value === 'string' && /^\d+$/.test(value)) return 'write it without quotes';
  return null;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
