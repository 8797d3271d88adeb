/**
 * True where a shell glob matches the whole text, as fnmatch(3) without flags decides. An unclosed `[` is a plain character; a range
 * that ends before it starts, an unknown class and a last lone backslash match nothing.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const body = glob.replaceAll(part, (token, escaped: string | undefined) => {
    if (escaped !== undefined) return literal(escaped);
    if (token === '*') return '.*';
    if (token === '?') return '.';
    if (token === '\\') return nothing;
    return token.length > 1 && token.startsWith('[') ? bracket(token.slice(1, -1)) : literal(token);
  });
  return new RegExp(`^${body}$`, 'su').test(text);
}

/** An escaped character, a whole bracket expression (a `]` that comes first in it is plain), or any one character. */
const part = /\\(.)|\[[!^]?\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*\]|./gsu;

/** Inside brackets: a class, or one character, or a range of two. */
const member = /\[:([a-z]+):\]|\\?(.)(?:-\\?(.))?/gsu;

const nothing = '(?!)';

/** The classes of isalpha(3) in the C locale, as the inside of a RegExp class. */
const classes: { readonly [name: string]: string } = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t-\\r ',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

function bracket(inside: string): string {
  const isNegated = /^[!^]/.test(inside);
  const members = Array.from(inside.slice(isNegated ? 1 : 0).matchAll(member), ([, name, from = '', to]) => {
    if (name !== undefined) return classes[name] ?? null;
    if (to === undefined) return literal(from);
    return from <= to ? `${literal(from)}-${literal(to)}` : '';
  });
  if (members.includes(null)) return nothing;
  const set = members.join('');
  if (set === '') return isNegated ? '.' : nothing;
  return `[${isNegated ? '^' : ''}${set}]`;
}

function literal(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
