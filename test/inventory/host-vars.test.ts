import { describe, expect, it } from 'vitest';
import { err, ok } from '../../src/domain/result.ts';
import type { Json } from '../../src/domain/variable.ts';
import { hostVars } from '../../src/inventory/host-vars.ts';
import type { Decrypted } from '../../src/inventory/references.ts';
import { inventoryOf, printed, varsOf, yaml } from './printed.ts';

function valuesOf(text: string, host: string): { readonly [name: string]: Json } {
  const vars = varsOf(text, host);
  if (!vars.ok) throw new Error(printed(vars.error, text));
  return vars.value.values;
}

describe('Of several values of a variable', () => {
  const ladder = [
    ['the host', 'hosts: { n1: { v: host } }', 'host'],
    ['the child group before the parent', 'hosts: { n1: }', 'child'],
  ] as const;

  it.each(ladder)('%s wins', (_, hosts, expected) => {
    const text = `all: { vars: { v: all } }\nzparent: { vars: { v: parent }, children: { achild: { vars: { v: child }, ${hosts} } } }\n`;
    expect(valuesOf(text, 'n1').v).toBe(expected);
  });

  it.each([
    ['the later name among groups of one depth', '', '', 'z'],
    ['the higher priority before the name', 'ansible_group_priority: 5, ', '', 'a'],
    ['a priority written as text', 'ansible_group_priority: "5", ', 'ansible_group_priority: 2, ', 'a'],
  ])('%s wins', (_, a, z, expected) => {
    const text = `a: { vars: { ${a}v: a }, hosts: { n1: } }\nz: { vars: { ${z}v: z }, hosts: { n1: } }\n`;
    expect(valuesOf(text, 'n1')).toEqual({ v: expected });
  });

  it('depth counts more than priority', () => {
    const text =
      'a: { vars: { ansible_group_priority: 9, v: a }, children: { b: { vars: { v: b }, hosts: { n1: } } } }\n';
    expect(valuesOf(text, 'n1').v).toBe('b');
  });

  it('a mapping replaces a mapping whole', () => {
    const text = 'all: { vars: { m: { a: 1, b: 2 } }, hosts: { n1: { m: { c: 3 } } } }\n';
    expect(valuesOf(text, 'n1').m).toEqual({ c: 3 });
  });

  it('the last one written for the same group or host wins', () => {
    const text =
      'a: { hosts: { n1: { v: 1 } }, vars: { w: 1 } }\nb: { children: { a: { vars: { w: 2 } } }, hosts: { n1: { v: 2 } } }\n';
    expect(valuesOf(text, 'n1')).toEqual({ v: 2, w: 2 });
  });

  it('the port behind a host name gives way to a variable', () => {
    expect(valuesOf('all: { hosts: { "n1:22": , "n2:22": { ansible_port: 23 } } }\n', 'n1')).toEqual({
      ansible_port: 22,
    });
    expect(valuesOf('all: { hosts: { "n1:22": , "n2:22": { ansible_port: 23 } } }\n', 'n2')).toEqual({
      ansible_port: 23,
    });
  });

  it('a key __proto__ is an ordinary key', () => {
    const values = valuesOf('all: { hosts: { n1: { a: { __proto__: { b: 1 } } } } }\n', 'n1');
    expect(JSON.stringify(values)).toBe('{"a":{"__proto__":{"b":1}}}');
  });
});

describe('A reference', () => {
  const vars = (body: string) => `web: { hosts: { n1: { ${body} } } }\n`;

  it.each<[string, string, Json]>([
    ['to a text', 'v: "{{ a }}", a: x', 'x'],
    ['to a number keeps it a number', 'v: "{{ a }}", a: 5', 5],
    ['to a boolean keeps it one', 'v: "{{a}}", a: yes', true],
    ['to nothing keeps it nothing', 'v: "{{ a }}", a: ~', null],
    ['to a list or mapping takes it whole', 'v: "{{ a }}", a: [1, { b: "{{ c }}" }], c: 2', [1, { b: 2 }]],
    ['inside a text becomes text', 'v: "{{ a }}.{{ b }}", a: eth0, b: 100', 'eth0.100'],
    ['with spaces around it is text', 'v: " {{ a }}", a: 5', ' 5'],
    ['to a key of a mapping', 'v: "{{ a.b.c }}", a: { b: { c: 1 } }', 1],
    ['to an item of a list', 'v: "{{ a.[1] }}", a: [1, 2]', 2],
    ['through another', 'v: "{{ a.x }}", a: "{{ b }}", b: { x: "{{ c }}" }, c: 3', 3],
    ['to another key of the same mapping', 'v: { a: "{{ v.b }}", b: 1 }', { a: 1, b: 1 }],
    ['with a minus in its name', 'v: "{{ a-b }}", a-b: 1', 1],
    ['to the name of the host', 'v: "{{ inventory_hostname }}"', 'n1'],
    ['to the groups of the host', 'v: "{{ group_names }}"', ['web']],
    ['with a backslash before it is text', "v: '\\{{ a }}'", '{{ a }}'],
  ])('%s', (_, body, expected) => {
    expect(valuesOf(vars(body), 'n1').v).toEqual(expected);
  });

  it('takes the value of the host that asks', () => {
    const text = 'all: { vars: { v: "{{ a }}" }, hosts: { n1: { a: 1 }, n2: { a: 2 } } }\n';
    expect([valuesOf(text, 'n1').v, valuesOf(text, 'n2').v]).toEqual([1, 2]);
  });
});

describe('A reference that cannot be followed is an error at its own column:', () => {
  it.each<[string, string, string]>([
    [
      'undefined',
      yaml`
        all:
          vars:
            networks:
              - link: { parent: "{{ uplnik }}", vlan: 100 }
          hosts: { n1: { uplink: eth0 } }
      `,
      yaml`
        i.yaml:4:26: error[undefined-variable]: variable "uplnik" is not defined
                    - link: { parent: "{{ uplnik }}", vlan: 100 }
                                       ^ hint: did you mean "uplink"?
      `,
    ],
    [
      'undefined behind others in one text, in every kind of quoting',
      yaml`
        all:
          vars:
            a: x
            plain: pre {{ a }} {{ nope1 }}
            single: '{{ a }}-{{ nope2 }}'
            double: "\t{{ a }} {{ nope3 }}"
            folded: >-
              first {{ a }}
              second {{ nope4 }}
          hosts: { n1: }
      `,
      yaml`
        i.yaml:4:24: error[undefined-variable]: variable "nope1" is not defined
                  plain: pre {{ a }} {{ nope1 }}
                                     ^ hint: set it for the host or for one of its groups
        i.yaml:5:22: error[undefined-variable]: variable "nope2" is not defined
                  single: '{{ a }}-{{ nope2 }}'
                                   ^ hint: set it for the host or for one of its groups
        i.yaml:6:24: error[undefined-variable]: variable "nope3" is not defined
                  double: "\t{{ a }} {{ nope3 }}"
                                     ^ hint: set it for the host or for one of its groups
        i.yaml:9:14: error[undefined-variable]: variable "nope4" is not defined
                    second {{ nope4 }}
                           ^ hint: set it for the host or for one of its groups
      `,
    ],
    [
      'a key that a mapping lacks, or that a text cannot have',
      yaml`
        all: { hosts: { n1: { a: { gateway: 1 }, b: "{{ a.gatway }}", c: "{{ d.x }}", d: text, e: "{{ f.9 }}" } } }
      `,
      yaml`
        i.yaml:1:46: error[undefined-variable]: "a" has no "gatway": it is a mapping
              all: { hosts: { n1: { a: { gateway: 1 }, b: "{{ a.gatway }}", c: "{{ d.x }}", d: text, e: "{{ f.9 }}" } } }
                                                           ^ hint: did you mean "gateway"?
        i.yaml:1:67: error[undefined-variable]: "d" has no "x": it is text
              all: { hosts: { n1: { a: { gateway: 1 }, b: "{{ a.gatway }}", c: "{{ d.x }}", d: text, e: "{{ f.9 }}" } } }
                                                                                ^
        i.yaml:1:92: error[reference-syntax]: "{{ f.9 }}" is not a reference
              all: { hosts: { n1: { a: { gateway: 1 }, b: "{{ a.gatway }}", c: "{{ d.x }}", d: text, e: "{{ f.9 }}" } } }
                                                                                                         ^ hint: write {{ name }}, {{ name.key }} or {{ helper name }}
      `,
    ],
    [
      'cycles',
      yaml`
        all: { hosts: { n1: { a: "{{ b }}", b: "x {{ c }}", c: "{{ a }}", d: "{{ d }}", e: { f: "{{ e }}" } } } }
      `,
      yaml`
        i.yaml:1:57: error[reference-cycle]: reference cycle: a → b → c → a
              all: { hosts: { n1: { a: "{{ b }}", b: "x {{ c }}", c: "{{ a }}", d: "{{ d }}", e: { f: "{{ e }}" } } } }
                                                                      ^ hint: one of them needs a value of its own
        i.yaml:1:71: error[reference-cycle]: reference cycle: d → d
              all: { hosts: { n1: { a: "{{ b }}", b: "x {{ c }}", c: "{{ a }}", d: "{{ d }}", e: { f: "{{ e }}" } } } }
                                                                                    ^ hint: one of them needs a value of its own
        i.yaml:1:90: error[reference-cycle]: reference cycle: e → e
              all: { hosts: { n1: { a: "{{ b }}", b: "x {{ c }}", c: "{{ a }}", d: "{{ d }}", e: { f: "{{ e }}" } } } }
                                                                                                       ^ hint: one of them needs a value of its own
      `,
    ],
    [
      'an undefined name told once, though many refer to it',
      yaml`
        all: { hosts: { n1: { a: "{{ b }}", b: "{{ c }}", c: "{{ nope }}", d: "{{ b }} {{ b }}" } } }
      `,
      yaml`
        i.yaml:1:55: error[undefined-variable]: variable "nope" is not defined
              all: { hosts: { n1: { a: "{{ b }}", b: "{{ c }}", c: "{{ nope }}", d: "{{ b }} {{ b }}" } } }
                                                                    ^ hint: set it for the host or for one of its groups
      `,
    ],
    [
      'a list, a mapping or nothing inside a text',
      yaml`
        all: { hosts: { n1: { a: [1], b: { c: 1 }, d: , v: "x{{ a }}", w: "x{{ b }}", x: "x{{ d }}" } } }
      `,
      yaml`
        i.yaml:1:54: error[reference-type]: "a" is a list and cannot stand inside a text
              all: { hosts: { n1: { a: [1], b: { c: 1 }, d: , v: "x{{ a }}", w: "x{{ b }}", x: "x{{ d }}" } } }
                                                                   ^ hint: write {{ join … "," }} or {{ json … }}
        i.yaml:1:69: error[reference-type]: "b" is a mapping and cannot stand inside a text
              all: { hosts: { n1: { a: [1], b: { c: 1 }, d: , v: "x{{ a }}", w: "x{{ b }}", x: "x{{ d }}" } } }
                                                                                  ^
        i.yaml:1:84: error[reference-type]: "d" is empty and cannot stand inside a text
              all: { hosts: { n1: { a: [1], b: { c: 1 }, d: , v: "x{{ a }}", w: "x{{ b }}", x: "x{{ d }}" } } }
                                                                                                 ^
      `,
    ],
    [
      'habits from Jinja',
      yaml`
        all:
          vars:
            a: "{{ b | default('x') }}"
            c: "{{ hostvars['n2'].b }}"
            d: "{{ b['key'] }}"
            e: "{{ b[0] }}"
            f: "{% if b %}x{% endif %}"
            g: "{# note #}"
            h: "{{ b + 1 }}"
            i: "{{ b.upper() }}"
            j: "{{ 'text' }}"
          hosts: { n1: { b: 1 } }
      `,
      yaml`
        i.yaml:3:9: error[reference-syntax]: "{{ b | default('x') }}" is not a reference
                  a: "{{ b | default('x') }}"
                      ^ hint: write {{ default b "x" }}
        i.yaml:4:9: error[reference-syntax]: "{{ hostvars['n2'].b }}" is not a reference
                  c: "{{ hostvars['n2'].b }}"
                      ^ hint: other hosts cannot be looked at: set the value in a group that both hosts are in
        i.yaml:5:9: error[reference-syntax]: "{{ b['key'] }}" is not a reference
                  d: "{{ b['key'] }}"
                      ^ hint: write {{ b.key }}
        i.yaml:6:9: error[reference-syntax]: "{{ b[0] }}" is not a reference
                  e: "{{ b[0] }}"
                      ^ hint: write {{ b.[0] }}
        i.yaml:7:9: error[reference-syntax]: Jinja's "{%" is not supported
                  f: "{% if b %}x{% endif %}"
                      ^ hint: set the variable for the hosts it differs on
        i.yaml:8:9: error[reference-syntax]: Jinja's "{#" is not supported
                  g: "{# note #}"
                      ^ hint: write the comment outside of the text
        i.yaml:9:9: error[reference-syntax]: "{{ b + 1 }}" is not a reference
                  h: "{{ b + 1 }}"
                      ^ hint: write {{ name }}, {{ name.key }} or {{ helper name }}
        i.yaml:10:9: error[reference-syntax]: "{{ b.upper() }}" is not a reference
                  i: "{{ b.upper() }}"
                      ^ hint: write {{ name }}, {{ name.key }} or {{ helper name }}
        i.yaml:11:9: error[reference-syntax]: "{{ 'text' }}" is not a reference
                  j: "{{ 'text' }}"
                      ^ hint: write {{ name }}, {{ name.key }} or {{ helper name }}
      `,
    ],
    [
      'habits from Handlebars',
      yaml`
        all:
          vars:
            a: "{{#if b}}x{{/if}}"
            c: "{{{ b }}}"
            d: "{{> part }}"
            e: "{{ this }}"
            f: "{{ ../b }}"
            g: "{{ lookup b 1 }}"
            h: "{{ b"
            i: "{{ }}"
            j: "{{! note }}"
          hosts: { n1: { b: 1 } }
      `,
      yaml`
        i.yaml:3:9: error[reference-syntax]: "{{#if b}}" is not a reference
                  a: "{{#if b}}x{{/if}}"
                      ^ hint: write {{ name }}, {{ name.key }} or {{ helper name }}
        i.yaml:4:9: error[reference-syntax]: "{{{ b }}" is not a reference
                  c: "{{{ b }}}"
                      ^ hint: write {{ name }}, {{ name.key }} or {{ helper name }}
        i.yaml:5:9: error[reference-syntax]: "{{> part }}" is not a reference
                  d: "{{> part }}"
                      ^ hint: write {{ name }}, {{ name.key }} or {{ helper name }}
        i.yaml:6:9: error[reference-syntax]: "{{ this }}" is not a reference
                  e: "{{ this }}"
                      ^ hint: write {{ name }}, {{ name.key }} or {{ helper name }}
        i.yaml:7:9: error[reference-syntax]: "{{ ../b }}" is not a reference
                  f: "{{ ../b }}"
                      ^ hint: write {{ name }}, {{ name.key }} or {{ helper name }}
        i.yaml:8:9: error[reference-syntax]: there is no helper "lookup"
                  g: "{{ lookup b 1 }}"
                      ^ hint: lookups are not supported: give the value with -e NAME=VALUE or -e @FILE
        i.yaml:9:9: error[reference-syntax]: "{{" is not closed
                  h: "{{ b"
                      ^ hint: write {{ name }}
        i.yaml:10:9: error[reference-syntax]: "{{ }}" is not a reference
                  i: "{{ }}"
                      ^ hint: write the name of a variable between the braces
        i.yaml:11:9: error[reference-syntax]: "{{! note }}" is not a reference
                  j: "{{! note }}"
                      ^ hint: write {{ name }}, {{ name.key }} or {{ helper name }}
      `,
    ],
  ])('%s', (_, text, expected) => {
    const vars = varsOf(text, 'n1');
    expect(vars.ok ? 'no error' : `${printed(vars.error, text)}\n`).toBe(expected);
  });

  it('a chain without end is cut', () => {
    const chain = Array.from({ length: 1000 }, (_, i) => `v${i}: "{{ v${i + 1} }}"`).join(', ');
    const vars = varsOf(`all: { hosts: { n1: { ${chain}, v1000: 1 } } }\n`, 'n1');
    expect(vars.ok ? [] : vars.error.map(({ code }) => code)).toContain('reference-depth');
  });

  it('a text that doubles at each step is cut', () => {
    const bomb = Array.from({ length: 40 }, (_, i) => `v${i}: "{{ v${i + 1} }}{{ v${i + 1} }}"`).join(', ');
    const vars = varsOf(`all: { hosts: { n1: { ${bomb}, v40: x } } }\n`, 'n1');
    expect(vars.ok ? [] : vars.error.map(({ code }) => code)).toEqual(['reference-size']);
  });

  it('a host that is not there', () => {
    const vars = varsOf('all: { hosts: { node1: } }\n', 'nodde1');
    expect(vars.ok ? [] : vars.error.map(({ message, hint }) => [message, hint])).toEqual([
      ['there is no host "nodde1" in the inventory', 'did you mean "node1"?'],
    ]);
  });
});

describe('The place of a value', () => {
  const text = yaml`
    all:
      vars:
        networks:
          - name: public
            link: { parent: "{{ uplink }}", vlan: 100 }
      hosts:
        n1: { uplink: eth0 }
  `;
  it.each<[string, readonly (string | number)[], string | null]>([
    ['is where it was written', ['networks', 0, 'link', 'vlan'], '5:47'],
    ['is where the variable was set for a reference', ['networks', 0, 'link', 'parent'], '7:19'],
    ['is that of the nearest value around one that is missing', ['networks', 0, 'gateway', 'x'], '4:9'],
    ['is unknown where nothing is near', ['pods'], null],
  ])('%s', (_, path, expected) => {
    const vars = varsOf(text, 'n1');
    const at = vars.ok ? vars.value.locate(path) : null;
    expect(at && `${at.line}:${at.column}`).toBe(expected);
  });

  it('of a key is where the key stands, and that of the value around where it is missing', () => {
    const vars = varsOf(text, 'n1');
    if (!vars.ok) throw new Error('the inventory is right');
    const places = [['networks', 0, 'link', 'vlan'], ['networks', 0, 'link', 'vlam'], ['networks']].map((path) =>
      vars.value.locateKey(path),
    );
    expect(places.map((at) => at && `${at.line}:${at.column}`)).toEqual(['5:41', '5:15', '3:5']);
  });
});

describe('A helper', () => {
  const vars = (body: string) => `web: { hosts: { n1: { ${body} } } }\n`;

  it.each<[string, string, Json]>([
    ['default gives what is set', `v: '{{ default a "x" }}', a: 5`, 5],
    ['default gives the other where nothing is set', `v: '{{ default a "x" }}'`, 'x'],
    ['default gives the other where it is empty', `v: '{{ default a 7 }}', a: ~`, 7],
    ['default does not take false and 0 for empty', `v: '{{ default a 7 }}{{ default b 7 }}', a: no, b: 0`, 'false0'],
    ['default looks for keys', `v: '{{ default a.b.c "x" }}', a: { b: {} }`, 'x'],
    ['default takes a variable for the other', `v: '{{ default a b }}', b: [1, "{{ c }}"], c: 2`, [1, 2]],
    ['default leaves the other alone where it is not needed', `v: '{{ default a nope }}', a: 1`, 1],
    ['default goes into default', `v: '{{ default a (default b "x") }}'`, 'x'],
    ['default inside a text', `v: 'eth{{ default n 0 }}.100'`, 'eth0.100'],
    ['required gives what is set', `v: '{{ required a "why" }}', a: { b: 1 }`, { b: 1 }],
    ['json writes anything', `v: '{{ json a }}', a: [1, { b: "x" }, ~]`, '[1,{"b":"x"},null]'],
    ['join writes a list', `v: '{{ join a ", " }}', a: [x, 2, yes]`, 'x, 2, true'],
    ['join inside a text', `v: 'a={{ join a "," }};', a: []`, 'a=;'],
    ['address', `v: '{{ address a }}', a: 192.168.1.10/24`, '192.168.1.10'],
    ['network', `v: '{{ network "192.168.1.10/24" }}'`, '192.168.1.0/24'],
    ['network of IPv6', `v: '{{ network "2001:db8::7/64" }}'`, '2001:db8::/64'],
    ['prefix is a number', `v: '{{ prefix "192.168.1.10/24" }}'`, 24],
    ['nth counts from the network', `v: '{{ nth "192.168.1.10/24" 1 }}'`, '192.168.1.1'],
    ['nth of a computed network', `v: '{{ nth (network a) 254 }}/{{ prefix a }}', a: 10.1.2.3/24`, '10.1.2.254/24'],
    ['nth of IPv6', `v: '{{ nth "2001:db8::/64" 256 }}'`, '2001:db8::100'],
    ['a variable of the same name stays one', `v: '{{ network }}', network: 5`, 5],
  ])('%s', (_, body, expected) => {
    expect(valuesOf(vars(body), 'n1').v).toEqual(expected);
  });

  it.each([
    [`'{{ defualt a "x" }}'`, 'there is no helper "defualt"', 'did you mean "default"?'],
    [
      `'{{ ipaddr a }}'`,
      'there is no helper "ipaddr"',
      'the helpers are default, required, json, join, address, network, prefix, nth',
    ],
    [`'{{ default a }}'`, 'the helper "default" takes 2 arguments, not 1', 'put texts in quotes'],
    [`'{{ json (join a) }}'`, 'the helper "join" takes 2 arguments, not 1', 'put texts in quotes'],
    [`'{{ required a "name the network card" }}'`, 'name the network card', null],
    [`'{{ join b "," }}'`, 'join takes a list', null],
    [`'{{ join c "," }}'`, 'join takes a list of texts and numbers', null],
    [`'{{ network b }}'`, '"text" is not an address with a prefix length, such as 192.168.1.10/24', null],
    [
      `'{{ prefix "10.0.0.1/33" }}'`,
      '"10.0.0.1/33" is not an address with a prefix length, such as 192.168.1.10/24',
      null,
    ],
    [`'{{ nth "10.0.0.0/30" 4 }}'`, '10.0.0.0/30 has no address at place 4', null],
    [`'{{ nth "10.0.0.0/30" "1" }}'`, '10.0.0.0/30 has no address at place "1"', null],
    [`'{{ json nope }}'`, 'variable "nope" is not defined', 'set it for the host or for one of its groups'],
    [
      `'{{ json a=1 }}'`,
      '"{{ json a=1 }}" is not a reference',
      'write {{ name }}, {{ name.key }} or {{ helper name }}',
    ],
    [`"{{ a | default(b) }}"`, '"{{ a | default(b) }}" is not a reference', 'write {{ default a b }}'],
    [`"{{ a|d('x', true) }}"`, `"{{ a|d('x', true) }}" is not a reference`, 'write {{ default a "x" }}'],
    [`"{{ a | mandatory }}"`, '"{{ a | mandatory }}" is not a reference', 'write {{ required a "why it is needed" }}'],
    [`"{{ a | join(',') }}"`, `"{{ a | join(',') }}" is not a reference`, 'write {{ join a "," }}'],
    [`"{{ a | to_json }}"`, '"{{ a | to_json }}" is not a reference', 'write {{ json a }}'],
    [
      `"{{ a | ansible.utils.ipaddr('network') }}"`,
      `"{{ a | ansible.utils.ipaddr('network') }}" is not a reference`,
      'write {{ network a }}',
    ],
    [
      `"{{ a | int }}"`,
      '"{{ a | int }}" is not a reference',
      'Jinja filters are not supported: write {{ a }}, and set the variable as it is needed',
    ],
    [
      `"{{ lookup('env', 'X') }}"`,
      `"{{ lookup('env', 'X') }}" is not a reference`,
      'lookups are not supported: give the value with -e NAME=VALUE or -e @FILE',
    ],
    [
      `"{{ 'x' if a else 'y' }}"`,
      `"{{ 'x' if a else 'y' }}" is not a reference`,
      'conditions are not supported: set the variable for the hosts it differs on',
    ],
  ])('%s is an error that shows the way', (value, message, hint) => {
    const found = varsOf(vars(`v: ${value}, b: text, c: [[1]]`), 'n1');
    expect(found.ok ? [] : found.error.map((each) => [each.message, each.hint])).toEqual([[message, hint]]);
  });
});

describe('Only wanted variables are looked at:', () => {
  const text = yaml`
    web:
      vars:
        used: "{{ other }}"
        other: { deep: "{{ name }}" }
        name: x
        jinja: "{{ lookup('env', 'HOME') | default(omit) }}"
        broken: "{% if %}"
        cycle: "{{ cycle }}"
        encrypted: !vault |
          $ANSIBLE_VAULT;1.1;AES256
          6231
        raw: !unsafe "{{ not a reference }}"
        list: !unsafe ["{{ x }}", 5]
        again: "{{ raw }} {{ encrypted }}"
      hosts: { n1: , n2.example.com: , "10.0.0.7": }
  `;
  const wanting = (wanted: readonly string[], decrypted: Decrypted = new Map(), host = 'n1') =>
    hostVars(inventoryOf(text), host, { wanted, decrypted });
  const ciphertext = '$ANSIBLE_VAULT;1.1;AES256\n6231';

  it('those of others may hold any Jinja', () => {
    const vars = wanting(['used', 'raw', 'list', 'absent']);
    expect(vars.ok && vars.value.values).toEqual({
      used: { deep: 'x' },
      raw: '{{ not a reference }}',
      list: ['{{ x }}', 5],
    });
  });

  it('what is encrypted is asked for where it is needed, and holds no references', () => {
    const locked = wanting(['again']);
    expect(locked.ok ? null : locked.error).toEqual({ diagnostics: [], locked: [ciphertext] });
    const vars = wanting(['again'], new Map([[ciphertext, ok('{{ secret }}')]]));
    expect(vars.ok && vars.value.values).toEqual({ again: '{{ not a reference }} {{ secret }}' });
  });

  it('what cannot be decrypted is an error where it stands', () => {
    const fault = { message: 'encrypted, and no password', hint: 'give one' };
    const vars = wanting(['encrypted'], new Map([[ciphertext, err(fault)]]));
    expect(vars.ok ? [] : vars.error.diagnostics).toEqual([
      { severity: 'error', code: 'vault', ...fault, at: { file: 'i.yaml', line: 9, column: 23 } },
    ]);
  });

  it.each([
    ['n1', 'n1'],
    ['n2.example.com', 'n2'],
    ['10.0.0.7', '10.0.0.7'],
  ])('the short name of %s is %s', (host, short) => {
    const inventory = inventoryOf(text.replace('name: x', 'name: "{{ inventory_hostname_short }}"'));
    const vars = hostVars(inventory, host, { wanted: ['name'], decrypted: new Map() });
    expect(vars.ok && vars.value.values.name).toBe(short);
  });
});
