import { parseIp } from '../domain/address.ts';
import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { isWithinFold, unfoldNames } from './folded-names.ts';
import { pythonExpression, shellPattern } from './name-expression.ts';

/** What a term of a limit names: one name, or all names an expression fits; of these only those at some places. */
export type Selector = {
  readonly kind: 'name' | 'glob' | 'expression';
  /** The term without its sign and places. */
  readonly text: string;
  readonly matches: (name: string) => boolean;
  readonly places: Places | null;
  /** The names it stands for if it is a list that was folded. */
  readonly folded: readonly string[] | null;
};

/** `[first]` or `[first:last]`, counted from 0, both included; a negative first counts from the end, and `last` -1 is the end. */
export type Places = { readonly first: number; readonly last: number | null };

/** One term of a limit: hosts to add, hosts to require (`&`) or hosts to remove (`!`). */
export type Term = {
  readonly text: string;
  readonly role: 'add' | 'require' | 'remove';
  readonly selector: Selector;
};

/**
 * Splits a limit at its commas, or at colons and blanks where it has no comma, and reads each term as Ansible's host patterns do. `files` are
 * the lines of each `@FILE` of it; a line is one term.
 */
export function parseLimit(
  limit: string,
  files: ReadonlyMap<string, readonly string[]>,
): Result<readonly Term[], readonly Diagnostic[]> {
  const texts = splitLimit(limit).flatMap((text) => (text.startsWith('@') ? (files.get(text.slice(1)) ?? []) : [text]));
  if (texts.length === 0) {
    const message = limit.includes('@')
      ? `the limit "${limit}" has no pattern in its file`
      : `the limit "${limit}" is empty`;
    return err([unplacedError('limit-empty', message, 'leave --limit out to mean all hosts')]);
  }
  const terms: Term[] = [];
  const faults: Diagnostic[] = [];
  for (const text of texts) {
    const sign = text.charAt(0);
    const role = sign === '!' ? 'remove' : sign === '&' ? 'require' : 'add';
    const selector = parseSelector(role === 'add' ? text : text.slice(1));
    if (selector.ok) terms.push({ text, role, selector: selector.value });
    else faults.push(selector.error);
  }
  return faults.length > 0 ? err(faults) : ok(terms);
}

/** The paths of `@FILE` terms in a limit. */
export function limitFiles(limit: string): readonly string[] {
  return splitLimit(limit).flatMap((text) => (text.startsWith('@') ? [text.slice(1)] : []));
}

function splitLimit(limit: string): readonly string[] {
  const isWhole = limit.includes(',') || parseIp(limit.trim().replace(/^[!&]/, '')).ok;
  // A path may hold a colon or a blank, where nothing but it is the limit.
  const parts =
    isWhole || limit.trim().startsWith('@')
      ? splitAtCommas(limit)
      : (limit.match(/(?:[^\s:[\]]|\[[^\]]*\]|[[\]])+/g) ?? []);
  return parts.map((text) => text.trim()).filter((text) => text !== '');
}

function splitAtCommas(limit: string): readonly string[] {
  const commas = [...limit.matchAll(/,/g)].map(({ index }) => index).filter((index) => !isWithinFold(limit, index));
  return [...commas, limit.length].map((end, i) => limit.slice(i === 0 ? 0 : (commas[i - 1] ?? 0) + 1, end));
}

function parseSelector(text: string): Result<Selector, Diagnostic> {
  const refuse = (message: string) => err(unplacedError('limit-syntax', message, null));
  if (text === '') return refuse('a "!" or "&" in the limit has no name behind it');
  if (text.startsWith('@')) return refuse(`"${text}": a file cannot be required or removed as a whole`);
  if (text.startsWith('~')) {
    const expression = pythonExpression(text.slice(1));
    return expression.ok
      ? ok({ kind: 'expression', text, matches: (name) => expression.value.test(name), places: null, folded: null })
      : refuse(`"${text}" is not a regular expression: ${expression.error}`);
  }
  // `web[0]` and `web[1:3]` are places in a group, never a set of characters.
  const [, subject = text, single, first, last] = /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(text) ?? [];
  const places = placesOf(single, first, last);
  const folded = unfoldNames(text);
  // No pattern of Ansible's has a comma.
  if (folded !== null && text.includes(','))
    return ok({ kind: 'name', text, matches: () => false, places: null, folded });
  if (!/[*?[]/.test(subject))
    return ok({ kind: 'name', text: subject, matches: (name) => name === subject, places, folded });
  const glob = shellPattern(subject);
  return ok({ kind: 'glob', text: subject, matches: (name) => glob.test(name), places, folded });
}

function placesOf(single: string | undefined, first: string | undefined, last: string | undefined): Places | null {
  if (single !== undefined) return { first: Number(single), last: null };
  if (first === undefined) return null;
  return { first: Number(first), last: last === undefined || last === '' ? -1 : Number(last) };
}
