import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/domain/diagnostic.ts';
import { listInventory } from '../../src/inventory/list-inventory.ts';
import { maskSecrets } from '../../src/inventory/mask-secrets.ts';
import { parseSources } from '../../src/inventory/parse-inventory.ts';
import { yaml as lines } from './printed.ts';

function parse(text: string) {
  return parseSources([{ file: 'hosts.ini', format: 'ini', text, isSecret: false }]);
}

/** What is wrong with a text, as a user sees it. */
function faultsIn(text: string): string {
  const shown = (file: string) => (file === 'hosts.ini' ? maskSecrets(text) : null);
  return parse(text)
    .diagnostics.map((diagnostic) => `${formatDiagnostic(diagnostic, shown)}\n`)
    .join('');
}

/** The variables of host n1. */
function varsOf(text: string) {
  const { hosts, groups, diagnostics } = parse(text);
  expect(diagnostics).toEqual([]);
  const inventory = { hosts, groups, adjacent: [], extra: [], warnings: [] };
  const all = {
    ...inventory,
    hostsByName: new Map(),
    folderOf: () => null,
    secretFiles: new Set<string>(),
    sourceOf: () => null,
  };
  return (listInventory(all, hosts, 'show')._meta as { hostvars: { [name: string]: object } }).hostvars.n1;
}

describe('A value on the line of a host', () => {
  it.each<[string, unknown]>([
    ['23', 23],
    ['"23"', 23],
    [`"'23'"`, '23'],
    ['True', true],
    ['true', 'true'],
    ['0644', '0644'],
    ['0o644', 420],
    ['1_000', 1000],
    ['1e3', 1000],
    ['[1,2]', [1, 2]],
    ["{'x':1}", '{x:1}'],
    ['None', null],
    ['a#b', 'a'],
    ['foo=bar', 'foo=bar'],
    ['1,2', [1, 2]],
    ['...', '...'],
    ['5j', '5j'],
    ['\'-o ProxyCommand="ssh -W %h:%p b"\'', '-o ProxyCommand="ssh -W %h:%p b"'],
  ])('%s is %j', (written, value) => {
    expect(varsOf(`n1 v=${written}\n`)).toEqual({ v: value });
  });
});

describe('A value in a section of variables', () => {
  it.each<[string, unknown]>([
    ['23', 23],
    ['"23"', '23'],
    ['hello # not a comment?', 'hello # not a comment?'],
    ['5 # a comment', 5],
    ["{'x': 1}", { x: 1 }],
    ['a b = c', 'a b = c'],
    // No bytes of Python: those are ASCII, behind a backslash too.
    ["b'é'", "b'é'"],
    ["b'\\é'", "b'\\é'"],
    ['', ''],
  ])('%s is %j', (written, value) => {
    expect(varsOf(`[web]\nn1\n[web:vars]\nv = ${written}\n`)).toEqual({ v: value });
  });
});

describe('An INI inventory', () => {
  it('has hosts before the first section in no group, and groups whose children come later', () => {
    const { groups, diagnostics } = parse(lines`
      ; a note
      lone
      [parent:children]
      child # both forms of notes
      [child]
        n[1:2]:2222   # blanks do not matter
      [fe80::1]:22
    `);
    expect(diagnostics).toEqual([]);
    expect([...groups.values()].map(({ name, hosts, children }) => [name, hosts, children])).toEqual([
      ['all', [], ['ungrouped', 'parent']],
      ['ungrouped', ['lone'], []],
      ['parent', [], ['child']],
      ['child', ['n1', 'n2', 'fe80::1'], []],
    ]);
  });

  it('is refused with every fault, where it is and the way out', () => {
    expect(
      faultsIn(lines`
        n1 a=1 b a=2
        n[3:1]
        n2 a='open
        n3 \
        [web:hsts]
        [a b]
        n4
        [web&db]
        [web:vars]
        just words
        =1
        v = {1, 2}
        v = 99999999999999999999
        [web:children]
        d:b
        nobody
        dbb
        [db]
        [late:vars]
        x = 1
      `),
    ).toBe(lines`
      hosts.ini:1:8: error[ini-line]: "b" is not a variable
            n1 a=1 b a=2
                   ^ hint: write name=value; a host is alone on its line
      hosts.ini:1:10: error[duplicate-key]: "a" is set twice on this line
            n1 a=1 b a=2
                     ^ hint: Ansible would keep only the last one
      hosts.ini:2:1: error[host-pattern]: range "[3:1]" ends before it starts
            n[3:1]
            ^ hint: write [1:3]
      hosts.ini:3:6: error[ini-line]: a ' is not closed
            n2 a='open
                 ^
      hosts.ini:4:4: error[ini-line]: the line ends in a backslash
            n3 \
               ^
      hosts.ini:5:6: error[ini-section]: "hsts" is not a kind of section
            [web:hsts]
                 ^ hint: did you mean "hosts"?
      hosts.ini:6:1: error[ini-section]: "[a b]" is not a section
            [a b]
            ^ hint: write [group], [group:vars] or [group:children]
      hosts.ini:8:2: error[group-name]: "web&db" is not a group name
            [web&db]
             ^ hint: use letters, digits, "_", "-" and "."
      hosts.ini:10:1: error[ini-line]: "just words" is not a variable
            just words
            ^ hint: write name=value
      hosts.ini:11:1: error[ini-line]: "=1" is not a variable
            =1
            ^ hint: write name=value
      hosts.ini:12:5: error[ini-value]: a Python set has no form in JSON
            v = {1, 2}
                ^ hint: write a list: [1, 2]
      hosts.ini:13:1: error[duplicate-key]: "v" is already set on line 12
            v = 99999999999999999999
            ^ hint: Ansible would keep only the last one
      hosts.ini:13:5: error[ini-value]: 99999999999999999999 cannot be kept exactly as a number
            v = 99999999999999999999
                ^ hint: write "'99999999999999999999'"
      hosts.ini:15:1: error[group-name]: "d:b" is not a group name
            d:b
            ^ hint: use letters, digits, "_", "-" and "."
      hosts.ini:16:1: error[undefined-group]: there is no group "nobody"
            nobody
            ^ hint: add a section [nobody]
      hosts.ini:17:1: error[undefined-group]: there is no group "dbb"
            dbb
            ^ hint: did you mean "db"?
      hosts.ini:19:2: error[undefined-group]: there is no group "late"
            [late:vars]
             ^ hint: add a section [late]
    `);
  });

  it('says where braces are, through all quotes', () => {
    const { hosts, groups } = parse(`n1 a="x {{ nope1 }}" b='["{{ nope2 }}"]'\n[g:vars]\nc = "y {{ nope3 }}"\n[g]\n`);
    const at = (value: unknown): unknown => JSON.stringify(value).match(/"bracesAt":\[\{[^\]]*\]/g);
    expect(at([...(hosts[0]?.vars.values() ?? [])])).toEqual([
      '"bracesAt":[{"file":"hosts.ini","line":1,"column":9}]',
      '"bracesAt":[{"file":"hosts.ini","line":1,"column":27}]',
    ]);
    expect(at([...(groups.get('g')?.vars.values() ?? [])])).toEqual([
      '"bracesAt":[{"file":"hosts.ini","line":3,"column":8}]',
    ]);
  });
});
