import { parseIp } from '../domain/address.ts';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';

/** What a term of a limit names: one name, or all names an expression fits. */
export type Selector =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'expression'; readonly expression: RegExp };

/** One term of a limit: hosts to add, hosts to require (`&`) or hosts to remove (`!`). */
export type Term = {
  readonly text: string;
  readonly role: 'add' | 'require' | 'remove';
  readonly selector: Selector;
};

/** Splits a limit at its commas, or at its colons where it has no comma, and reads each term as Ansible's host patterns do. */
export function parseLimit(limit: string): Result<readonly Term[], readonly Diagnostic[]> {
  const texts = splitLimit(limit)
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (texts.length === 0)
    return fault('limit-empty', `the limit "${limit}" is empty`, 'leave --limit out to mean all hosts');
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

function splitLimit(limit: string): readonly string[] {
  if (limit.includes(',')) return limit.split(',');
  if (parseIp(limit.trim().replace(/^[!&]/, '')).ok) return [limit];
  // A colon inside brackets belongs to the term.
  return limit.split(/:(?![^[\]]*\])/);
}

function parseSelector(text: string): Result<Selector, Diagnostic> {
  const refuse = (message: string, hint: string | null) =>
    err({ severity: 'error', code: 'limit-syntax', message, hint, at: null } as const);
  if (text === '') return refuse('a "!" or "&" in the limit has no name behind it', null);
  if (text.startsWith('@'))
    return refuse(`"${text}": limits from a file are not supported`, 'name the hosts themselves');
  if (text.startsWith('~')) {
    const expression = toRegExp(text.slice(1));
    return expression === null
      ? refuse(`"${text}" is not a regular expression`, null)
      : ok({ kind: 'expression', expression });
  }
  // Ansible reads `web[0]` and `web[1:3]` as places in a group, never as a set of characters.
  if (/\[-?\d+(?:[:-]\d*)?\]$/.test(text))
    return refuse(
      `"${text}": places in a group are not supported yet`,
      'name the hosts, or use a wildcard such as web*',
    );
  if (!/[*?[]/.test(text)) return ok({ kind: 'name', name: text });
  const expression = toRegExp(`${fromGlob(text)}$`);
  return expression === null ? refuse(`"${text}" is not a pattern`, null) : ok({ kind: 'expression', expression });
}

/** Python's `re.match` holds at the start only, and so does this. */
function toRegExp(source: string): RegExp | null {
  try {
    return new RegExp(`^(?:${source})`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

/** A shell pattern as a regular expression, as Python's fnmatch translates it. */
function fromGlob(glob: string): string {
  return glob.replaceAll(
    /\*|\?|\[(!?)(\]?[^\]]*)\]|[^*?]/g,
    (part, negation: string | undefined, set: string | undefined) => {
      if (part === '*') return '.*';
      if (part === '?') return '.';
      if (set === undefined) return part.replace(/[\\^$.|+()[\]{}/]/, String.raw`\$&`);
      return `[${negation === '!' ? '^' : ''}${set.replaceAll(/[\\[\]^]/g, String.raw`\$&`)}]`;
    },
  );
}

function fault(code: string, message: string, hint: string): Result<never, readonly Diagnostic[]> {
  return err([{ severity: 'error', code, message, hint, at: null }]);
}
