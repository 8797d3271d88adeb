import fc from 'fast-check';

/** Pieces of text that parsers stumble over. */
export const nasty = fc.constantFrom(
  ...[
    '__proto__',
    'constructor',
    '\t',
    '\r\n',
    '\r',
    '\u0000',
    '\ufeff',
    '\ud800',
    '\u2028',
    '\u0085',
    '💥',
    'é',
    '"',
    "'",
    '\\',
  ],
  ...[
    '{{',
    '}}',
    '{%',
    '{{#if x}}',
    '{{ a.b.[0] }}',
    '{{{{',
    '&a ',
    '*a',
    '<<: *a',
    '!vault |',
    '!unsafe ',
    '!!int ',
    '---\n',
    '...\n',
  ],
  ...[
    '[1:3]',
    '[a:',
    '[0:99999999999]',
    ':',
    ': ',
    '- ',
    '? ',
    '|\n',
    '>\n',
    '#',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '@',
    '`',
    '%',
  ],
  ...[
    '~',
    'null',
    'yes',
    '0x',
    '1e999',
    '-0',
    '.inf',
    '1_',
    '1:2:3',
    'children:',
    'hosts:',
    'vars:',
    '[x:vars]',
    '$ANSIBLE_VAULT;',
  ],
);

/** One change to a text: something goes, something comes, or a part of it comes again. */
const mutation = fc.tuple(
  fc.constantFrom('delete', 'insert', 'replace', 'repeat', 'swap'),
  fc.nat(),
  fc.nat({ max: 40 }),
  nasty,
);

/** One of some named texts with one to `most` such changes, under its name. */
export function mutatedOf(
  seeds: readonly (readonly [name: string, text: string])[],
  { most }: { readonly most: number },
): fc.Arbitrary<readonly [name: string, text: string]> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: most }))
    .map(([[name, text], mutations]) => {
      const changed = mutations.reduce((before, [kind, where, length, piece]) => {
        const at = before.length === 0 ? 0 : where % before.length;
        const [head, part, tail] = [before.slice(0, at), before.slice(at, at + length), before.slice(at + length)];
        switch (kind) {
          case 'delete':
            return head + tail;
          case 'insert':
            return head + piece + part + tail;
          case 'replace':
            return head + piece + tail;
          case 'repeat':
            return head + part.repeat(3) + tail;
          default:
            return tail + part + head;
        }
      }, text);
      return [name, changed] as const;
    });
}
