import { describe, expect, it } from 'vitest';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { inventoryOf, printed, yaml } from './printed.ts';

describe('A faulty inventory is refused with every fault, where it is and the way out:', () => {
  it.each<[string, string, string]>([
    [
      'a file of comments',
      yaml`
        # nothing yet
      `,
      yaml`
        i.yaml:1:1: error[inventory-empty]: the inventory is empty
              # nothing yet
              ^ hint: it needs at least one group with hosts, e.g. "all: { hosts: { node1: } }"
      `,
    ],
    [
      'text that is no mapping',
      yaml`
        node1
      `,
      yaml`
        i.yaml:1:1: error[inventory-shape]: an inventory is a mapping of groups, not text
              node1
              ^
      `,
    ],
    [
      'a list',
      yaml`
        - node1
        - node2
      `,
      yaml`
        i.yaml:1:1: error[inventory-shape]: an inventory is a mapping of groups, not a list
              - node1
              ^
      `,
    ],
    [
      'broken YAML',
      yaml`
        all:
          hosts: {n1: , n2:
          vars:
      `,
      yaml`
        i.yaml:2:20: error[yaml-syntax]: Flow map in block collection must be sufficiently indented and end with a }
                hosts: {n1: , n2:
                                 ^
      `,
    ],
    [
      'two documents',
      yaml`
        all: { hosts: { n1: } }
        ---
        all:
      `,
      yaml`
        i.yaml:2:1: error[yaml-syntax]: a file is one YAML document, this starts a second one
              ---
              ^ hint: remove the "---" between them
      `,
    ],
    [
      'an inventory plugin',
      yaml`
        plugin: aws_ec2
        regions: [eu-west-1]
      `,
      yaml`
        i.yaml:1:1: error[inventory-plugin]: this file configures an inventory plugin and has no hosts itself
              plugin: aws_ec2
              ^ hint: give the output of "ansible-inventory --list --yaml" instead
      `,
    ],
    [
      'an unknown key of a group',
      yaml`
        all:
          host:
            n1:
          workers:
            hosts: { n2: }
      `,
      yaml`
        i.yaml:2:3: error[unknown-key]: "host" is not a key of a group
                host:
                ^ hint: did you mean "hosts"?
        i.yaml:4:3: error[unknown-key]: "workers" is not a key of a group
                workers:
                ^ hint: a group has hosts, vars and children; a child group goes under children
      `,
    ],
    [
      'a duplicate key',
      yaml`
        all:
          hosts:
            n1: { ansible_host: 10.0.0.1 }
            n2:
            n1: { ansible_host: 10.0.0.2 }
      `,
      yaml`
        i.yaml:5:5: error[duplicate-key]: key "n1" is already set on line 3
                  n1: { ansible_host: 10.0.0.2 }
                  ^ hint: Ansible would keep only the last one
      `,
    ],
    [
      'hosts as a list',
      yaml`
        all:
          hosts:
            - node1
            - node2
      `,
      yaml`
        i.yaml:3:5: error[section-shape]: hosts of group "all" must be a mapping, not a list
                  - node1
                  ^ hint: write each one as a key: "node1:"
      `,
    ],
    [
      'a group that is a list',
      yaml`
        workers: [n1, n2]
      `,
      yaml`
        i.yaml:1:10: error[group-shape]: group "workers" must be a mapping of hosts, vars and children, not a list
              workers: [n1, n2]
                       ^
      `,
    ],
    [
      'children, vars and hosts of the wrong shape',
      yaml`
        all:
          children: 5
          vars: [a]
          hosts: { n1: [1], n2: up }
      `,
      yaml`
        i.yaml:2:13: error[section-shape]: children of group "all" must be a mapping, not a number
                children: 5
                          ^ hint: write each one as a key: "name:"
        i.yaml:3:9: error[vars-shape]: vars of group "all" must be a mapping, not a list
                vars: [a]
                      ^
        i.yaml:4:16: error[host-shape]: the variables of host "n1" must be a mapping, not a list
                hosts: { n1: [1], n2: up }
                             ^
        i.yaml:4:25: error[host-shape]: the variables of host "n2" must be a mapping, not text
                hosts: { n1: [1], n2: up }
                                      ^
      `,
    ],
    [
      'hosts that are numbers or booleans',
      yaml`
        all:
          hosts:
            10:
            yes:
            1.5:
      `,
      yaml`
        i.yaml:3:5: error[host-name]: host name 10 is read as a number or a boolean
                  10:
                  ^ hint: write "10" in quotes
        i.yaml:4:5: error[host-name]: host name yes is read as a number or a boolean
                  yes:
                  ^ hint: write "yes" in quotes
        i.yaml:5:5: error[host-name]: host name 1.5 is read as a number or a boolean
                  1.5:
                  ^ hint: write "1.5" in quotes
      `,
    ],
    [
      'a name of both a host and a group',
      yaml`
        web:
          hosts: { n1: }
        all:
          hosts: { web: }
      `,
      yaml`
        i.yaml:4:12: error[name-clash]: "web" is a host here and a group on line 1
                hosts: { web: }
                         ^ hint: a pattern could mean either: rename one
      `,
    ],
    [
      'a range that ends before it starts',
      yaml`
        all: { hosts: { "node[5:1]": } }
      `,
      yaml`
        i.yaml:1:17: error[host-pattern]: range "[5:1]" ends before it starts
              all: { hosts: { "node[5:1]": } }
                              ^ hint: write [1:5]
      `,
    ],
    [
      'groups in a loop',
      yaml`
        a: { children: { b: } }
        b: { children: { c: } }
        c: { children: { a: } }
        d: { children: { d: } }
        e: { children: { all: } }
      `,
      yaml`
        i.yaml:3:18: error[group-loop]: group "a" cannot be a child of "c": it already contains it
              c: { children: { a: } }
                               ^
        i.yaml:4:18: error[group-loop]: group "d" cannot be a child of "d": it already contains it
              d: { children: { d: } }
                               ^
        i.yaml:5:18: error[group-loop]: group "all" cannot be a child of "e": it already contains it
              e: { children: { all: } }
                               ^
      `,
    ],
    [
      'group names no limit could name',
      yaml`
        two words: { hosts: { n1: } }
        5: { hosts: { n2: } }
      `,
      yaml`
        i.yaml:1:1: error[group-name]: "two words" is not a group name
              two words: { hosts: { n1: } }
              ^ hint: use letters, digits, "_", "-" and "."
        i.yaml:2:1: error[group-name]: "5" is not a group name
              5: { hosts: { n2: } }
              ^ hint: write "5" in quotes
      `,
    ],
    [
      'a priority that is no number',
      yaml`
        web: { vars: { ansible_group_priority: high } }
      `,
      yaml`
        i.yaml:1:40: error[group-priority]: ansible_group_priority must be a whole number
              web: { vars: { ansible_group_priority: high } }
                                                     ^
      `,
    ],
    [
      'tags',
      yaml`
        all:
          vars:
            password: !vault |
              ANSIBLE_VAULT;1.1;AES256
              6231
            raw: !unsafe "{{ x }}"
            when: !!timestamp 2020-01-01
            count: !!int many
      `,
      yaml`
        i.yaml:3:22: error[yaml-vault]: the tag !vault needs a text that starts with $ANSIBLE_VAULT;
                  password: !vault |
                                   ^ hint: paste the output of "ansible-vault encrypt_string"
        i.yaml:7:23: error[yaml-tag]: the tag !!timestamp is not supported
                  when: !!timestamp 2020-01-01
                                    ^ hint: remove the tag
        i.yaml:8:18: error[yaml-tag]: "many" is not a value of the tag !!int
                  count: !!int many
                               ^ hint: remove the tag
      `,
    ],
    [
      'a MAC address that YAML turns into a number',
      yaml`
        all: { vars: { mac: 52:54:00:12:34:56 } }
      `,
      yaml`
        i.yaml:1:21: error[yaml-mac]: YAML reads the address 52:54:00:12:34:56 as the base-60 number 41135085296
              all: { vars: { mac: 52:54:00:12:34:56 } }
                                  ^ hint: write "52:54:00:12:34:56" in quotes
      `,
    ],
    [
      'numbers that cannot be kept',
      yaml`
        all: { vars: { id: 12345678901234567890, top: .inf } }
      `,
      yaml`
        i.yaml:1:20: error[yaml-number]: 12345678901234567890 cannot be kept exactly as a number
              all: { vars: { id: 12345678901234567890, top: .inf } }
                                 ^ hint: write "12345678901234567890" in quotes
        i.yaml:1:47: error[yaml-number]: .inf cannot be kept exactly as a number
              all: { vars: { id: 12345678901234567890, top: .inf } }
                                                            ^ hint: write ".inf" in quotes
      `,
    ],
    [
      'a reference without quotes',
      yaml`
        all:
          vars:
            a: {{ b }}
      `,
      yaml`
        i.yaml:3:8: error[unquoted-reference]: YAML reads an unquoted {{ as a mapping
                  a: {{ b }}
                     ^ hint: write "{{ … }}" in quotes
      `,
    ],
    [
      'a reference without quotes and text behind it',
      yaml`
        all:
          vars:
            a: {{ b }}.100
            c: 1
      `,
      yaml`
        i.yaml:3:15: error[yaml-syntax]: Unexpected scalar at node end
                  a: {{ b }}.100
                            ^ hint: a value that starts with {{ must be in quotes
      `,
    ],
    [
      'a key that is no text',
      yaml`
        all: { vars: { [x, y]: 1 } }
      `,
      yaml`
        i.yaml:1:16: error[yaml-key]: a key must be plain text
              all: { vars: { [x, y]: 1 } }
                             ^
      `,
    ],
    [
      'aliases that lead nowhere, or into themselves',
      yaml`
        all:
          vars:
            a: *missing
            b: &b [*b]
            c: { <<: 5 }
      `,
      yaml`
        i.yaml:3:8: error[yaml-alias]: no anchor "&missing" comes before this alias
                  a: *missing
                     ^
        i.yaml:4:12: error[yaml-alias]: "*b" stands inside the value it repeats
                  b: &b [*b]
                         ^
        i.yaml:5:14: error[yaml-merge]: "<<" takes a mapping or a list of mappings
                  c: { <<: 5 }
                           ^
      `,
    ],
    [
      'a password beside a fault, which stays hidden',
      yaml`
        all:
          vars: { ansible_password: "hunter2", ansible_password: x }
      `,
      yaml`
        i.yaml:2:40: error[duplicate-key]: key "ansible_password" is already set on line 2
                vars: { ansible_password: *********, ansible_password: * }
                                                     ^ hint: Ansible would keep only the last one
      `,
    ],
    [
      'many faults at once',
      yaml`
        all:
          hots: { n1: }
          hosts:
            node[3:1]:
            node9: { a: 1, a: 2 }
        web:
          vars: nothing
      `,
      yaml`
        i.yaml:2:3: error[unknown-key]: "hots" is not a key of a group
                hots: { n1: }
                ^ hint: did you mean "hosts"?
        i.yaml:4:5: error[host-pattern]: range "[3:1]" ends before it starts
                  node[3:1]:
                  ^ hint: write [1:3]
        i.yaml:5:20: error[duplicate-key]: key "a" is already set on line 5
                  node9: { a: 1, a: 2 }
                                 ^ hint: Ansible would keep only the last one
        i.yaml:7:9: error[vars-shape]: vars of group "web" must be a mapping, not text
                vars: nothing
                      ^
      `,
    ],
  ])('%s', (_, text, expected) => {
    const parsed = parseInventory(text, 'i.yaml');
    expect(parsed.ok ? 'no fault' : `${printed(parsed.error, text)}\n`).toBe(expected);
  });

  it('says of an empty file that it is empty', () => {
    const parsed = parseInventory('', 'i.yaml');
    expect(parsed.ok ? [] : parsed.error).toEqual([
      {
        severity: 'error',
        code: 'inventory-empty',
        message: 'the inventory is empty',
        hint: 'it needs at least one group with hosts, e.g. "all: { hosts: { node1: } }"',
        at: { file: 'i.yaml', line: 1, column: 1 },
      },
    ]);
  });

  it.each([
    ['brackets', '['.repeat(3000) + ']'.repeat(3000)],
    ['dashes', '- '.repeat(3000)],
  ])('refuses %s nested so deep that the parser would abort Node', (_, text) => {
    const parsed = parseInventory(text, 'i.yaml');
    expect(parsed.ok ? [] : parsed.error.map(({ code, message }) => [code, message])).toEqual([
      ['yaml-depth', 'values are nested more than 100 deep'],
    ]);
  });

  it('refuses aliases that multiply beyond measure, and says so once', () => {
    const lines = ['a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]'];
    for (let i = 1; i < 12; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    const parsed = parseInventory(`all:\n  vars:\n${lines.map((line) => `    ${line}\n`).join('')}`, 'i.yaml');
    expect(parsed.ok ? [] : [...new Set(parsed.error.map(({ message }) => message))]).toEqual([
      'the aliases of this file repeat more than 100000 values',
    ]);
  });
});

describe('A right inventory', () => {
  it('keeps hosts in the order of Ansible: those of all first, then group by group', () => {
    const { hosts, groups } = inventoryOf(yaml`
      all:
        children:
          workers: { hosts: { "w[1:2]": } }
          masters: { children: { east: { hosts: { e1: , w1: } } } }
        hosts: { lone: }
    `);
    expect(hosts.map(({ name, groups: its }) => [name, its])).toEqual([
      ['lone', ['ungrouped']],
      ['w1', ['east', 'masters', 'workers']],
      ['w2', ['workers']],
      ['e1', ['east', 'masters']],
    ]);
    expect([...groups.values()].map(({ name, depth }) => [name, depth])).toEqual([
      ['all', 0],
      ['ungrouped', 1],
      ['workers', 1],
      ['masters', 1],
      ['east', 2],
    ]);
  });

  it('takes a host out of ungrouped that another group has too', () => {
    const { hosts } = inventoryOf('ungrouped: { hosts: { a: , b: } }\nweb: { hosts: { a: } }\n');
    expect(hosts.map(({ name, groups }) => [name, groups])).toEqual([
      ['b', ['ungrouped']],
      ['a', ['web']],
    ]);
  });

  it('takes a single text for a single host or child', () => {
    const { hosts } = inventoryOf('all: { hosts: n1, children: web }\nweb: { hosts: "n[2:3]" }\n');
    expect(hosts.map(({ name }) => name)).toEqual(['n1', 'n2', 'n3']);
  });

  it('reads merge keys and anchors, own keys first', () => {
    const { groups } = inventoryOf(yaml`
      base: &base { vars: &vars { a: 1, b: 1 } }
      more: { vars: { <<: [{ c: 3, a: 3 }, *vars], b: 2, "<<": text } }
    `);
    const vars = [...(groups.get('more')?.vars ?? [])].map(([name, { value }]) => [
      name,
      value.kind === 'scalar' ? value.value : value.kind,
    ]);
    expect(Object.fromEntries(vars)).toEqual({ a: 3, b: 2, c: 3, '<<': 'text' });
  });

  it('counts lines and columns with CRLF and a byte order mark as an editor does', () => {
    const parsed = parseInventory('\ufeffall:\r\n  hots: { n1: }\r\n', 'i.yaml');
    expect(parsed.ok ? null : parsed.error.map(({ at }) => at)).toEqual([{ file: 'i.yaml', line: 2, column: 3 }]);
  });

  it('warns of numbers that look like something else, and goes on', () => {
    const text = 'all: { hosts: { n1: { at: 1:30, code: 0644, mode: 0644, file_mode: 0600 } } }\n';
    const { warnings } = inventoryOf(text);
    expect(`${printed(warnings, text)}\n`).toBe(yaml`
      i.yaml:1:27: warning[yaml-base-60]: YAML reads 1:30 as the base-60 number 90
            all: { hosts: { n1: { at: 1:30, code: 0644, mode: 0644, file_mode: 0600 } } }
                                      ^ hint: write "1:30" in quotes
      i.yaml:1:39: warning[yaml-octal]: YAML reads 0644 as the octal number 420
            all: { hosts: { n1: { at: 1:30, code: 0644, mode: 0644, file_mode: 0600 } } }
                                                  ^ hint: write "0644" in quotes to keep its zeros
    `);
  });

  it('says nothing of a password that looks like a number, since a message would show it', () => {
    expect(inventoryOf('all: { vars: { ansible_password: 0123, ansible_become_pass: 1:30 } }\n').warnings).toEqual([]);
  });

  it('hides passwords in the source lines it shows, and nothing else', () => {
    const { sourceOf } = inventoryOf(yaml`
      all:
        vars:
          ansible_password: hunter2, and # more
          ansible_become_password: "{{ vaulted }}"
          ansible_user: admin
        hosts: { n1: { ansible_ssh_pass: 'a b', x: 1 }, n2: { ansible_become_pass: abc } }
    `);
    expect(sourceOf('i.yaml')).toBe(yaml`
      all:
        vars:
          ansible_password: *******************
          ansible_become_password: "{{ vaulted }}"
          ansible_user: admin
        hosts: { n1: { ansible_ssh_pass: *****, x: 1 }, n2: { ansible_become_pass: *** } }
    `);
    expect(sourceOf('other.yaml')).toBeNull();
  });
});
