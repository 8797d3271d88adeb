import fc from 'fast-check';

/** Texts that are nearly Python: pieces that come together at random. */
export const literalText: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      ...[
        '1',
        '0',
        '2',
        '_',
        '.',
        'e',
        'E',
        '+',
        '-',
        'x',
        'o',
        "'",
        '"',
        '\\',
        'n',
        'u',
        '[',
        ']',
        '{',
        '}',
        '(',
        ')',
      ],
      ...[
        ',',
        ':',
        ' ',
        '#',
        'True',
        'None',
        'False',
        'a',
        'r',
        'b"',
        '0644',
        '\t',
        'é',
        '\\x41',
        '\\101',
        '"""',
        '{{ a }}',
      ],
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));

const number = fc.constantFrom(
  '0',
  '7',
  '-3',
  '+5',
  '- 2',
  '1.5',
  '1e3',
  '.5',
  '1_000',
  '0x1F',
  '0o17',
  '0b1',
  '00',
  '07',
  '1.',
  '1_',
  '1__0',
  '-0.0',
  '1e400',
);
const string = fc.constantFrom(
  "'a'",
  '"b c"',
  "'é'",
  "'\\n'",
  "'\\q'",
  '"it\'s"',
  "r'\\n'",
  '"x" \'y\'',
  "'''z'''",
  "u'v'",
  "''",
  "'\\U0001F600'",
  "'\\u00e9'",
);
const word = fc.constantFrom('True', 'False', 'None', 'true', 'x');
// Not True beside 1: they are the same key to Python.
const key = fc.constantFrom("'k'", '1', 'None', '"é"', '(2)');

/** Texts that are Python values, most of them. */
export const { value: literalValue } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    number,
    string,
    word,
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `(${items.join(',')}${items.length === 1 ? ',' : ''})`),
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }).map((items) => `{${items.join(', ')}}`),
    fc
      .uniqueArray(fc.tuple(key, tie('value')), { selector: ([name]) => name, maxLength: 3 })
      .map((items) => `{ ${items.map((each) => each.join(': ')).join(' , ')} }`),
    tie('value').map((value) => `(${value})`),
    tie('value').map((value) => `${value} # note`),
  ),
}));
