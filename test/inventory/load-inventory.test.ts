import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/domain/diagnostic.ts';
import { listInventory } from '../../src/inventory/list-inventory.ts';
import { loadInventory } from '../../src/inventory/load-inventory.ts';
import { traceVariable } from '../../src/inventory/trace-variable.ts';
import { type Files, fakeDisk } from './fake-disk.ts';
import { yaml } from './printed.ts';

async function load(files: Files, sources: readonly string[], extraVars: readonly string[] = []) {
  return loadInventory({ sources, extraVars, vaultPasswordFile: null }, fakeDisk(files));
}

/** The variables of every host, or everything that is wrong, as a user sees it. */
async function told(files: Files, sources: readonly string[], extraVars: readonly string[] = []): Promise<unknown> {
  const loaded = await load(files, sources, extraVars);
  if (loaded.ok)
    return (listInventory(loaded.value, loaded.value.hosts, 'show')._meta as { hostvars: object }).hostvars;
  return loaded.error.diagnostics.map((each) => `${formatDiagnostic(each, loaded.error.sourceOf)}\n`).join('');
}

const hosts = 'web: { hosts: { n1: }, vars: { v: source } }\n';

describe('Of the values of a variable', () => {
  const ladder: readonly (readonly [string, string, string])[] = [
    ['the source', 'prod.yml', 'web: { hosts: { n1: }, vars: { v: 1 } }\n'],
    ['group_vars of all', 'group_vars/all.yml', 'v: 2\n'],
    ['group_vars of a group', 'group_vars/web', 'v: 3\n'],
    ['the host in the source', 'z.yml', 'web: { hosts: { n1: { v: 4 } } }\n'],
    ['host_vars', 'host_vars/n1/vars.yaml', 'v: 5\n'],
  ];
  it.each(ladder.map(([name], place) => [name, place] as const))(
    'that of %s counts over those before it',
    async (_, place) => {
      const files = Object.fromEntries(ladder.slice(0, place + 1).map(([, path, text]) => [path, text]));
      const sources = ['prod.yml', 'z.yml'].filter((path) => files[path] !== undefined);
      expect(await told(files, sources)).toEqual({ n1: { v: place + 1 } });
    },
  );

  it('that of -e counts over all others, the last one first', async () => {
    const files = { 'prod.yml': hosts, 'host_vars/n1': 'v: 5\n', 'more.yml': 'v: { a: 1 }\n' };
    expect(await told(files, ['prod.yml'], ['v=6'])).toEqual({ n1: { v: '6' } });
    expect(await told(files, ['prod.yml'], ['v=6', '@more.yml'])).toEqual({ n1: { v: { a: 1 } } });
    expect(await told(files, ['prod.yml'], ['@more.yml', '{"v": 7}'])).toEqual({ n1: { v: 7 } });
    expect(await told(files, ['prod.yml'], ['v="a b" w=\'c=d\''])).toEqual({ n1: { v: 'a b', w: 'c=d' } });
  });

  it('that of a later source counts, with any of its groups', async () => {
    const files = {
      'a/hosts': '[web]\nn1 v=1\n',
      'b/hosts': '[web]\nn1 v=2\n',
      'a/group_vars/web': 'g: a-web\n',
      'b/group_vars/all': 'h: b-all\n',
      'b/group_vars/ungrouped': 'g: never\n',
      'a/group_vars/all': 'h: a-all\n',
    };
    expect(await told(files, ['a/hosts', 'b/hosts'])).toEqual({ n1: { v: 2, g: 'a-web', h: 'b-all' } });
    expect(await told(files, ['b/hosts', 'a/hosts'])).toEqual({ n1: { v: 1, g: 'a-web', h: 'a-all' } });
  });
});

describe('A folder', () => {
  it('is read file by file, with folders in it, but for those that are no inventories', async () => {
    const files = {
      'inv/02': '[web]\nn1 v=2\n',
      'inv/01.yml': 'web: { hosts: { n1: { v: 1 } } }\n',
      'inv/x.ini': '[web]\nn2\n',
      'inv/deep/hosts': 'n3\n',
      'inv/group_vars/web.yml': 'g: 1\n',
      'inv/deep/group_vars/web.yml': 'g: 2\n',
      ...Object.fromEntries(
        ['.git', 'x~', 'x.md', 'x.cfg', 'x.orig', 'x.retry', 'x.txt', 'x.bak'].map((name) => [
          `inv/${name}`,
          '[broken',
        ]),
      ),
    };
    expect(await told(files, ['inv'])).toEqual({ n1: { v: 2, g: 1 }, n2: { g: 1 }, n3: {} });
  });

  it('of variables is read in order, but for files of other kinds', async () => {
    const files = {
      'prod.yml': hosts,
      'group_vars/web/b.yml': 'v: b\nw: b\n',
      'group_vars/web/a': 'v: a\n',
      'group_vars/web/c/d.json': '{"w": "d"}',
      'group_vars/web/c.old/e.yml': 'w: e\n',
      'group_vars/web/.hidden.yml': 'w: h\n',
      'group_vars/web/z.yml~': 'w: z\n',
      'group_vars/web/readme.txt': 'w: r\n',
      'group_vars/web/empty.yml': '# nothing\n',
    };
    expect(await told(files, ['prod.yml'])).toEqual({ n1: { v: 'b', w: 'd' } });
  });
});

describe('A list of hosts', () => {
  it('has hosts in no group, with ports and ranges, beside other sources', async () => {
    const files = { 'prod.yml': hosts };
    expect(await told(files, ['n1,b[1:2]:22, fe80::1,', 'prod.yml'])).toEqual({
      n1: { v: 'source' },
      b1: { ansible_port: 22 },
      b2: { ansible_port: 22 },
      'fe80::1': {},
    });
  });
});

describe('JSON', () => {
  it('is read as an inventory in the form of YAML, or as a list of ansible-inventory', async () => {
    const tree = '{"web": {"hosts": {"n[1:2]": {"v": 1e3}}}}';
    const list =
      '{"_meta": {"hostvars": {"n1": {"v": "{{ x }}"}, "gone": {}}}, "web": {"hosts": ["n1"], "vars": {"w": 2}}, "all": {"children": ["web"]}, "db": {}, "short": ["n2"]}';
    expect(await told({ 'a.json': tree }, ['a.json'])).toEqual({ n1: { v: 1000 }, n2: { v: 1000 } });
    expect(await told({ hosts: list }, ['hosts'])).toEqual({ n1: { v: '{{ x }}', w: 2 }, n2: {} });
  });
});

describe('What is wrong is told with its file, for all sources at once:', () => {
  it.each<[string, Files, readonly string[], readonly string[], string]>([
    [
      'sources',
      { 'a.yml': 'web: { hots: }\n', 'dir/b': '[web\n', 'dir/c.yml': '', 'x.toml': '[web.hosts]\n', empty: '' },
      ['a.yml', 'dir', 'n1,h*,', 'gone', 'x.toml'],
      [],
      yaml`
        error[inventory-file]: there is no inventory gone
              hint: name one with -i FILE; a list of hosts ends in a comma
        error[inventory-file]: inventory x.toml: TOML is not supported
              hint: give the output of "ansible-inventory --list --yaml" instead
        a.yml:1:8: error[unknown-key]: "hots" is not a key of a group
              web: { hots: }
                     ^ hint: did you mean "hosts"?
        dir/b:1:1: error[host-pattern]: "[web" has a "[" without a "]"
              [web
              ^
        dir/c.yml:1:1: error[inventory-empty]: the inventory is empty
              
              ^ hint: it needs at least one group with hosts, e.g. "all: { hosts: { node1: } }"
        -i n1,h*,:1:4: error[host-pattern]: host name "h*" has a character of host patterns
              n1,h*,
                 ^
      `,
    ],
    [
      'variables',
      {
        'prod.yml': hosts,
        'group_vars/web': 'v: [\n',
        'group_vars/web.yml': 'v: 1\n',
        'group_vars/all.yaml': '- v\n',
        'host_vars/n1.json': '{"v": 1, "v": 2}\n',
        'group_vars/weeb.yml': 'v: 1\n',
      },
      ['prod.yml'],
      ['@gone.yml', '/x.yml', 'v', '{a: 1', '"'],
      yaml`
        error[vars-shadowed]: group_vars: both web and web.yml are for "web"
              hint: Ansible would read only web: put all files into a folder group_vars/web/
        group_vars/all.yaml:1:1: error[vars-shape]: a file of variables is a mapping, not a list
              - v
              ^ hint: write "name: value" lines
        group_vars/web:2:1: error[yaml-syntax]: Flow sequence in block collection must be sufficiently indented and end with a ]
              
              ^
        host_vars/n1.json:1:10: error[duplicate-key]: key "v" is already set on line 1
              {"v": 1, "v": 2}
                       ^ hint: Ansible would keep only the last one
        error[extra-vars]: -e /x.yml names a file
              hint: write -e @/x.yml
        -e v:1:1: error[extra-vars]: -e v: "v" is not a variable
              v
              ^ hint: write name=value, and quotes around a value with blanks
        -e {a: 1:1:6: error[yaml-syntax]: Flow map must end with a }
              {a: 1
                   ^
        error[extra-vars]: -e ": a " is not closed
      `,
    ],
    [
      'an inventory without hosts',
      { hosts: '[web]\n' },
      ['hosts'],
      [],
      'error[inventory-empty]: there is no host in hosts\n',
    ],
    [
      'a file that is encrypted, without a password',
      { 'prod.yml': hosts, 'group_vars/web/vault.yml': '$ANSIBLE_VAULT;1.1;AES256\n6231\n' },
      ['prod.yml'],
      [],
      yaml`
        error[vault]: group_vars/web/vault.yml: encrypted with ansible-vault, and no password file is given
              hint: give --vault-password-file FILE, or set ANSIBLE_VAULT_PASSWORD_FILE
      `,
    ],
    [
      'a script that cannot be run',
      { 'inv.py': '#!/usr/bin/python3\n' },
      ['inv.py'],
      [],
      'error[inventory-file]: inventory inv.py starts with #! but is not executable\n      hint: chmod +x inv.py\n',
    ],
  ])('%s', async (_, files, sources, extra, expected) => {
    expect(await told(files, sources, extra)).toBe(expected);
  });

  it('no more than 200 errors are told', async () => {
    const names = Array.from({ length: 301 }, (_, i) => `    "h*${i}":\n`);
    const loaded = await load({ 'a.yml': `web:\n  hosts:\n${names.join('')}` }, ['a.yml']);
    const errors = loaded.ok ? [] : loaded.error.diagnostics;
    expect(errors).toHaveLength(201);
    expect(errors.at(-1)?.message).toBe('and 101 more errors');
  });
});

describe('A warning', () => {
  it('is given for a vars file whose name is nearly that of a group', async () => {
    const loaded = await load(
      { 'prod.yml': 'workers: { hosts: { n1: } }\n', 'group_vars/worker.yml': '', 'group_vars/staging.yml': '' },
      ['prod.yml'],
    );
    expect(loaded.ok && loaded.value.warnings.map(({ message, hint }) => [message, hint])).toEqual([
      ['group_vars/worker.yml is for no group or host of this inventory', 'did you mean "workers"?'],
    ]);
  });
});

describe('The trace of a variable', () => {
  const files = {
    'prod.yml':
      'all: { vars: { v: "{{ w }}", w: 1, pass: x } }\nweb: { hosts: { n1: { v: host } }, vars: { v: "{{ nope }}" } }\n',
    'group_vars/all.yml': 'v: file\n',
    'host_vars/n1': 'v: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6231\nadmin_password: "{{ secret }}"\n',
  };

  it('has every definition, the one that counts last, and what each would have been', async () => {
    const loaded = await load(files, ['prod.yml'], ['v=given']);
    const traced = loaded.ok ? traceVariable(loaded.value, 'n1', 'v') : loaded;
    const rows = traced.ok ? traced.value : [];
    expect(
      rows.map(({ owner, at, written, value }) => [
        JSON.stringify(owner),
        `${at.file}:${at.line}:${at.column}`,
        written,
        value.ok ? value.value : value.error.map(({ message }) => message),
      ]),
    ).toEqual([
      ['{"kind":"group","name":"all","isFile":false}', 'prod.yml:1:19', '{{ w }}', 1],
      [
        '{"kind":"group","name":"web","isFile":false}',
        'prod.yml:2:47',
        '{{ nope }}',
        ['variable "nope" is not defined'],
      ],
      ['{"kind":"group","name":"all","isFile":true}', 'group_vars/all.yml:1:4', 'file', 'file'],
      ['{"kind":"host","name":"n1","isFile":false}', 'prod.yml:2:26', 'host', 'host'],
      ['{"kind":"host","name":"n1","isFile":true}', 'host_vars/n1:1:11', '********', []],
      ['{"kind":"command-line"}', '-e v=given:1:1', 'given', 'given'],
    ]);
  });

  it.each([
    ['n1', 'pass', '********'],
    ['n1', 'admin_password', '{{ secret }}'],
    ['n1', 'inventory_dir', '/root/.'],
    ['n1', 'group_names', ['web']],
    ['n1', 'vv', 'variable "vv" is not defined for n1'],
    ['n2', 'v', 'there is no host "n2" in the inventory'],
  ])('of %s %s is %j', async (host, name, expected) => {
    const loaded = await load(files, ['prod.yml']);
    if (!loaded.ok) throw new Error('the inventory is right');
    const traced = traceVariable(loaded.value, host, name);
    expect(traced.ok ? traced.value.at(-1)?.written : traced.error.message).toEqual(expected);
  });
});
