import fc from 'fast-check';
import type { InventoryFiles } from './ansible.ts';

/** YAML values whose reading is easy to get wrong. */
export const yamlValues: readonly string[] = [
  ...['text', '"quoted"', "'0644'", 'yes', 'No', 'off', 'y', '~', '', '1', '-3', '0644', '08', '0o10', '0x1F', '0b11'],
  ...['1e3', '1.0e+3', '.5', '1_000', '1:30', '00:11:22:33:44:55', '2020-01-01', '1.2.3.0/24', '!!str 5'],
  ...[
    '[1, yes, a]',
    '{ x: 1, y: [b] }',
    '"{{ other | default(1) }}"',
    "'{{ a }}-{{ b }}'",
    '!unsafe "{{ x }}"',
    '"é\\u00e9"',
  ],
];

/** Values of a host line, as they are typed: quotes go to the shell's rules first. */
export const hostLineValues: readonly string[] = [
  ...[
    '23',
    '"23"',
    `"'23'"`,
    'True',
    'true',
    'FALSE',
    'None',
    '0644',
    '0o644',
    '1_000',
    '1e3',
    '1.5',
    '-5',
    '+5',
    '0x1f',
  ],
  ...[
    '[1,2]',
    "{'x':1}",
    `"{'x': 1}"`,
    `'{"k": [1, None]}'`,
    '"[1, \'a\']"',
    'a#b',
    'foo=bar',
    '',
    '""',
    '"x y"',
    "'x  y'",
  ],
  ...[
    String.raw`\#x`,
    String.raw`a\ b`,
    String.raw`"a\"b"`,
    String.raw`"a\nb"`,
    '1,2',
    "'1, 2'",
    'é',
    '10.0.0.1',
    '1.2.3.0/24',
  ],
  ...[
    '{{x}}',
    "'{{ x }}'",
    '~/key',
    '2020-01-01',
    '00:11',
    `"'a' 'b'"`,
    '(1,)',
    '()',
    '[]',
    '{}',
    `"'it'"`,
    '"  5"',
    'x;y',
  ],
];

/** Values of a `:vars` section, as they are typed. */
export const varsSectionValues: readonly string[] = [
  ...['23', '"23"', "'23'", 'True', 'true', '0644', '1e3', 'hello # not a comment?', '5 # five', '"x" # y', 'a#b', "'"],
  ...["[1, 2, {'x': None}]", '{"a": {"b": [True]}}', "it's", '', '  padded  ', 'x = y', '1, 2', '{{ x }}', '"{{ x }}"'],
  ...[
    "r'a\\b'",
    "'a\\tb'",
    "'\\x41'",
    '-o ProxyCommand="ssh -W %h:%p b"',
    "'''x'''",
    'None',
    '1.2.3.4',
    '(1, 2)',
    '-1.5',
  ],
];

const groupNames = ['zebra', 'ape', 'bear-1', 'cat.x', 'dog', 'eel'];
const hostKeys = [
  'h1',
  'h2',
  'h[1:2]',
  'h[1:4]',
  'h[01:05:2]',
  'x[a:c]y[1:2]',
  '192.168.1.1',
  'fe80::1',
  'p1:2222',
  'w.example.com',
  '[fe80::9]:22',
];
const hostNames = ['h1', 'h2', 'h3', 'h01', 'xay1', '192.168.1.1', 'fe80::1', 'p1', 'w.example.com', 'fe80::9', 'k1'];
const varNames = ['a', 'b', 'c'];

type Vars = readonly (readonly [string, string])[];
const varsOf = (values: readonly string[], most = 2): fc.Arbitrary<Vars> =>
  fc.uniqueArray(fc.tuple(fc.constantFrom(...varNames), fc.constantFrom(...values)), {
    selector: ([name]) => name,
    maxLength: most,
  });
const priority = fc.option(fc.integer({ min: 0, max: 3 }), { freq: 5 });

/** Children point only forward in the list of names, so there are no loops, however many sources there are. */
const children = (place: number) =>
  fc.subarray(groupNames.slice(place + 1), { maxLength: Math.min(2, groupNames.length - place - 1) });

const yamlGroup = (place: number): fc.Arbitrary<string> =>
  fc
    .record({
      vars: varsOf(yamlValues),
      level: priority,
      hosts: fc.uniqueArray(fc.tuple(fc.constantFrom(...hostKeys), varsOf(yamlValues)), {
        selector: ([key]) => key,
        maxLength: 3,
      }),
      children: children(place),
      order: fc.shuffledSubarray(['hosts', 'vars', 'children'], { minLength: 3 }),
    })
    .map(({ vars, level, hosts, children: inner, order }) => {
      const lines = (indent: string, its: Vars) => its.map(([name, value]) => `${indent}${name}: ${value}\n`).join('');
      const sections: { readonly [name: string]: string } = {
        vars: `  vars:\n${level === null ? '' : `    ansible_group_priority: ${level}\n`}${lines('    ', vars)}`,
        hosts: `  hosts:\n${hosts.map(([key, its]) => `    "${key}":\n${lines('      ', its)}`).join('')}`,
        children: `  children:\n${inner.map((child) => `    ${child}:\n`).join('')}`,
      };
      return `${['all', ...groupNames][place + 1]}:\n${order.map((section) => sections[section]).join('')}`;
    });

const yamlText: fc.Arbitrary<string> = fc
  .tuple(
    fc.option(yamlGroup(-1)),
    fc.shuffledSubarray(
      groupNames.map((_, place) => place),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .chain(([all, places]) => fc.tuple(fc.constant(all ?? ''), ...places.map(yamlGroup)))
  .map((parts) => parts.join(''));

const hostLine: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...hostKeys), varsOf(hostLineValues, 3), fc.constantFrom('', ' # note', '   '))
  .map(([key, vars, end]) => [key, ...vars.map(([name, value]) => `${name}=${value}`)].join(' ') + end);

const iniGroup = (place: number): fc.Arbitrary<string> =>
  fc
    .record({
      lines: fc.array(hostLine, { maxLength: 3 }),
      vars: varsOf(varsSectionValues),
      level: priority,
      children: children(place),
      equals: fc.constantFrom('=', ' = ', '= '),
      order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    })
    .map(({ lines, vars, level, children: inner, equals, order }) => {
      const name = groupNames[place] ?? '';
      const settings: Vars = level === null ? vars : [['ansible_group_priority', String(level)], ...vars];
      const sections = [
        `[${name}]\n${lines.map((line) => `${line}\n`).join('')}`,
        settings.length === 0
          ? ''
          : `[${name}:vars]\n${settings.map(([key, value]) => `${key}${equals}${value}\n`).join('')}`,
        // Each child has a section of its own, before or after.
        inner.length === 0
          ? ''
          : `[${name}:children]\n${inner.join('\n')}\n${inner.map((child) => `[${child}]\n`).join('')}`,
      ];
      return `; group ${name}\n${order.map((section) => sections[section]).join('\n')}`;
    });

const iniText: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(hostLine, { maxLength: 2 }),
    fc.shuffledSubarray(
      groupNames.map((_, place) => place),
      { maxLength: 4 },
    ),
  )
  .chain(([lines, places]) => fc.tuple(fc.constant(`# hosts\n${lines.join('\n')}\n`), ...places.map(iniGroup)))
  .map((parts) => parts.join(''));

/** A variables file, under one of the names it may have. */
const varsFile = (folder: string, owners: readonly string[]): fc.Arbitrary<readonly (readonly [string, string])[]> =>
  fc
    .tuple(
      fc.constantFrom(...owners),
      fc.constantFrom('NAME', 'NAME.yml', 'NAME.yaml', 'NAME.json', 'NAME/', 'NAME/sub/'),
      fc.array(varsOf(yamlValues, 3), { minLength: 1, maxLength: 2 }),
    )
    .map(([owner, form, all]) => {
      const text = (vars: Vars) =>
        form.endsWith('.json') ? json(vars) : vars.map(([name, value]) => `${name}: ${value}\n`).join('');
      const base = `${folder}/${form.replace('NAME', owner)}`;
      if (!form.endsWith('/')) return [[base, text(all[0] ?? [])]];
      const ignored = [`${base}x.txt`, 'a: ignored\n'] as const;
      return [...all.map((vars, i) => [`${base}${i === 0 ? 'b.yml' : 'a'}`, text(vars)] as const), ignored];
    });

function json(vars: Vars): string {
  return JSON.stringify(
    Object.fromEntries(vars.map(([name, value]) => [name, [value, value.length, null, value === '']])),
  );
}

const varsFiles = (folder: string): fc.Arbitrary<readonly (readonly [string, string])[]> =>
  fc
    .tuple(
      fc.uniqueArray(varsFile(`${folder}/group_vars`, ['all', 'ungrouped', ...groupNames]), {
        selector: ownerOf,
        maxLength: 3,
      }),
      fc.uniqueArray(varsFile(`${folder}/host_vars`, hostNames), { selector: ownerOf, maxLength: 2 }),
    )
    .map(([groups, hosts]) => [...groups, ...hosts].flat());

function ownerOf(files: readonly (readonly [string, string])[]): string {
  const [, name = ''] = /_vars\/([^/]+)/.exec(files[0]?.[0] ?? '') ?? [];
  return name.replace(/\.(?:yml|yaml|json)$/, '');
}

type Source = { readonly path: string; readonly files: readonly (readonly [string, string])[] };
const source: fc.Arbitrary<Source> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('one/hosts.yml', 'two/hosts.yaml', 'one/more', 'one/x.yml'), yamlText)
      .map(([path, text]) => ({ path, files: [[path, text]] as const })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('one/hosts', 'two/hosts.ini', 'one/prod.net'), iniText)
      // Without an ending, Ansible tries YAML first, and a colon may be enough for it.
      .map(([path, text]): Source => {
        const named = path === 'one/hosts' && text.includes(': ') ? 'one/hosts.net' : path;
        return { path: named, files: [[named, text]] };
      }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(yamlText, iniText).map(([yaml, ini]): Source => {
      const ignored = ['README.md', '.hidden', 'x.orig', 'y~', 'z.cfg'].map(
        (name) => [`three/${name}`, 'no: [inventory\n'] as const,
      );
      return {
        path: 'three',
        files: [['three/b.yml', yaml], ['three/a.net', ini], ['three/sub/c.yml', yaml], ...ignored],
      };
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('k1,', 'h1,k1:23', 'k1,fe80::1,').map((path): Source => ({ path, files: [] })),
  },
);

const term = fc.oneof(
  fc.constantFrom('all', '*', 'ungrouped', 'ungr*', ...groupNames, ...hostNames),
  fc.constantFrom(
    'h?',
    'h*',
    '*e*',
    '[hx]*',
    '[!h]*',
    'h[0-9]',
    '~h[12]$',
    '~(ape|dog)',
    '~.*1',
    'cat.*',
    '*.example.com',
  ),
  fc
    .tuple(
      fc.constantFrom(...groupNames, 'all', 'h*', '*'),
      fc.constantFrom('[0]', '[-1]', '[1]', '[0:1]', '[1:]', '[1-2]', '[2:0]', '[7]'),
    )
    .map(([name, places]) => name + places),
);

/** Patterns made of terms, and each term by itself, so that it can be known which of them match nobody. */
const pattern = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom('', '', '&', '!'), term), { minLength: 1, maxLength: 3 }),
    fc.constantFrom(',', ' , '),
  )
  .map(([terms, comma]) => ({
    terms: terms.map(([, each]) => each),
    // A comma in any case: without one Ansible would cut an address at its colons.
    text: `${terms.map((each) => each.join('')).join(comma)},`,
  }));

/** An inventory of one to three sources with variables beside them, `-e`, and patterns to try on it. */
export type GeneratedInventory = InventoryFiles & {
  readonly patternTerms: readonly { readonly terms: readonly string[]; readonly text: string }[];
};

export const generatedInventory: fc.Arbitrary<GeneratedInventory> = fc
  .tuple(
    fc.uniqueArray(source, { selector: ({ path }) => path, minLength: 1, maxLength: 3 }),
    varsFiles('one'),
    varsFiles('two'),
    varsFiles('three'),
    fc.option(
      fc.constantFrom('a=5 b="x y"', 'c=1,2', '{"a": [1, "x"], "b": null}', '{a: yes}', '@extra.yml', "b='{{ a }}'"),
      { freq: 4 },
    ),
    fc.array(pattern, { minLength: 1, maxLength: 3 }),
  )
  .map(([sources, one, two, three, extra, patternTerms]) => {
    const files = [
      ...sources.flatMap((each) => each.files),
      ...one,
      ...two,
      ...three,
      ['extra.yml', 'c: from file\n'] as const,
    ];
    return {
      files: Object.fromEntries(files),
      sources: sources.map(({ path }) => path),
      extra: extra === null ? [] : [extra],
      patternTerms,
      patterns: patternTerms.flatMap(({ terms, text }) => [text, ...terms]),
    };
  });
