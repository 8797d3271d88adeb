import { err, ok, type Result } from '../domain/result.ts';

/**
 * A regular expression of Python as one of JavaScript. Like Python's `re.match` it holds at the start only. What the two languages write
 * differently is translated (`(?P<n>…)`, `\A`, `\Z`, a leading `(?i)`); what JavaScript lacks is an error, half a sentence.
 */
export function pythonExpression(source: string): Result<RegExp, string> {
  const [, flags = ''] = /^\(\?([aims]+)\)/.exec(source) ?? [];
  const body = flags === '' ? source : source.slice(flags.length + 3);
  const lacking = /\(\?(?:#|P=|\(|[aiLmsux-]+:)/.exec(body);
  if (lacking !== null) return err(`${lacking[0]} is not supported`);
  const translated = body
    .replaceAll('(?P<', '(?<')
    .replaceAll(/((?:^|[^\\])(?:\\\\)*)\\A/g, '$1^')
    .replaceAll(/((?:^|[^\\])(?:\\\\)*)\\Z/g, '$1$$');
  try {
    return ok(new RegExp(`^(?:${translated})`, `${flags.includes('i') ? 'i' : ''}s`));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return err(error.message.replace(/^.*: /, ''));
  }
}

/** A shell pattern as a regular expression, as Python's fnmatch translates it: a `[` that is not closed means itself. */
export function shellPattern(glob: string): RegExp {
  const source = glob.replaceAll(
    /\*|\?|\[(!?)(\]?[^\]]*)\]|[^*?]/g,
    (part, negation: string | undefined, set: string | undefined) => {
      if (part === '*') return '.*';
      if (part === '?') return '.';
      if (set === undefined || set === '') return part.replaceAll(/[\\^$.|+()[\]{}/-]/g, String.raw`\$&`);
      return `[${negation === '!' ? '^' : ''}${setOf(set)}]`;
    },
  );
  return new RegExp(`^(?:${source})$`, 's');
}

/** Characters and ranges of a set. A range that ends before it starts holds nothing. */
function setOf(set: string): string {
  const parts = set.match(/[\s\S]-[\s\S]|[\s\S]/g) ?? [];
  const escaped = (char: string) => char.replace(/[\\[\]^-]/, String.raw`\$&`);
  return parts
    .map((part) => {
      if (part.length < 3) return escaped(part);
      const [from, to] = [part.charAt(0), part.charAt(2)];
      return from > to ? '' : `${escaped(from)}-${escaped(to)}`;
    })
    .join('');
}
