import type { InventoryFiles } from './ansible.ts';

/** A case that mlbroute reads otherwise than Ansible, on purpose. */
export type Deviation = {
  /** What stands in the inventory, or on the command line. */
  readonly what: string;
  readonly ansible: string;
  readonly here: string;
  readonly why: string;
  /** An example to try on both; null where there is nothing to compare. */
  readonly example:
    | (InventoryFiles & {
        readonly limit?: string;
        /** The hosts Ansible finds (those of the limit, where there is one); null: it refuses. */
        readonly theirs: readonly string[] | null;
        /** Ours, or the code of the error. */
        readonly ours: readonly string[] | string;
      })
    | null;
};

const hosts = '[web]\nn[1:2]\n';
const one = (name: string, text: string) => ({ files: { [name]: text }, sources: [name] });

/** Every deviation there is: the one list for the comparison with Ansible and for docs/inventory.md. */
export const deviations: readonly Deviation[] = [
  {
    what: '`--limit ""`, `--limit ,`, an empty `--limit @file`',
    ansible: 'all hosts',
    here: 'error',
    why: '`--limit "$UNSET"` must not mean the fleet',
    example: { ...one('hosts', hosts), limit: ',', theirs: ['n1', 'n2'], ours: 'limit-empty' },
  },
  {
    what: 'a term of a limit that matches nobody',
    ansible: 'warning',
    here: 'error',
    why: 'a typo must not push to half of what was meant',
    example: { ...one('hosts', hosts), limit: 'n1,n3', theirs: ['n1'], ours: 'limit-unmatched' },
  },
  {
    what: '`&fe80::1` or `!fe80::1` as a limit by itself',
    ansible: 'cut at the colons',
    here: 'one term',
    why: 'it is an address',
    example: { ...one('hosts', 'n1\nfe80::1\n'), limit: '!fe80::1', theirs: [], ours: ['n1'] },
  },
  {
    what: 'a bracket in a limit that has no other (`web[1`)',
    ansible: 'cut there: `web` and `1`',
    here: 'one term',
    why: 'half of a pattern may mean everybody',
    example: { ...one('hosts', hosts), limit: 'web[1', theirs: ['n1', 'n2'], ours: 'limit-unmatched' },
  },
  {
    what: 'a folded list as it is printed here (`n[1-3,7]`) as a limit',
    ansible: 'cut at the commas; places in a group `n`',
    here: 'those hosts',
    why: 'what is printed can be pasted',
    example: { ...one('hosts', 'n1\nn2\nn3\n'), limit: 'n[1-2,3]', theirs: [], ours: ['n1', 'n2', 'n3'] },
  },
  {
    what: 'a limit that is places in a group (`web[1-2]`) and a folded list of other hosts',
    ansible: 'the places',
    here: 'error',
    why: 'it could mean either; `web[1:2]` are places only',
    example: {
      ...one('hosts', '[web]\nweb[1:3]\n'),
      limit: 'web[1-2]',
      theirs: ['web2', 'web3'],
      ours: 'limit-ambiguous',
    },
  },
  {
    what: 'an unknown key of a group (`host:`)',
    ansible: 'warning, its hosts are lost',
    here: 'error',
    why: 'most often a typo',
    example: { ...one('i.yml', 'web: { hosts: { n1: }, host: { n2: } }\n'), theirs: ['n1'], ours: 'unknown-key' },
  },
  {
    what: 'a key that is set twice; in INI also twice on a line or in a group',
    ansible: 'the last one counts',
    here: 'error',
    why: 'one of the two is lost',
    example: {
      ...one('i.yml', 'web: { hosts: { n1: } }\nweb: { hosts: { n2: } }\n'),
      theirs: ['n2'],
      ours: 'duplicate-key',
    },
  },
  {
    what: 'a range that is empty (`n[5:1]`)',
    ansible: 'no host',
    here: 'error',
    why: 'nobody writes one on purpose',
    example: { ...one('hosts', 'n1\nm[5:1]\n'), theirs: ['n1'], ours: 'host-pattern' },
  },
  {
    what: 'two files for one name (`group_vars/web` and `group_vars/web.yml`)',
    ansible: 'the first is read, the other ignored',
    here: 'error',
    why: 'what is in the other one is lost',
    example: {
      files: { hosts, 'group_vars/web': 'v: 1\n', 'group_vars/web.yml': 'w: 1\n' },
      sources: ['hosts'],
      theirs: ['n1', 'n2'],
      ours: 'vars-shadowed',
    },
  },
  {
    what: '`.ini` files in a folder of inventories',
    ansible: 'ignored',
    here: 'read',
    why: 'it is what people call an INI inventory',
    example: {
      files: { 'inv/a.ini': hosts, 'inv/b': 'm1\n' },
      sources: ['inv'],
      theirs: ['m1'],
      ours: ['m1', 'n1', 'n2'],
    },
  },
  {
    what: 'one name for a group and a host',
    ansible: 'warning',
    here: 'error',
    why: 'a pattern could mean either',
    example: { ...one('i.yml', 'web: { hosts: { web: } }\n'), theirs: ['web'], ours: 'name-clash' },
  },
  {
    what: 'an unquoted MAC address that YAML takes for a number (`52:54:00:12:34:56`)',
    ansible: 'the number 41135085296',
    here: 'error',
    why: 'it means an address',
    example: {
      ...one('i.yml', 'web: { hosts: { n1: { mac: 52:54:00:12:34:56 } } }\n'),
      theirs: ['n1'],
      ours: 'yaml-mac',
    },
  },
  {
    what: 'a number JSON cannot hold exactly (beyond 2^53, `.inf`)',
    ansible: 'kept',
    here: 'error',
    why: 'it would be another number; quotes keep it a text',
    example: {
      ...one('i.yml', 'web: { hosts: { n1: { v: 99999999999999999999 } } }\n'),
      theirs: ['n1'],
      ours: 'yaml-number',
    },
  },
  {
    what: 'a name of a group or host with a character of patterns (`a&b`, `h*`)',
    ansible: 'kept, with a warning or without',
    here: 'error',
    why: 'a limit could not name it',
    example: { ...one('hosts', '[a&b]\nn1\n'), theirs: ['n1'], ours: 'group-name' },
  },
  {
    what: 'a source that cannot be read or parsed, beside others that can',
    ansible: 'warning, exit code 0',
    here: 'error',
    why: 'its hosts are missing',
    example: null,
  },
  {
    what: 'an INI file without an ending that happens to be YAML (a `: ` in its first line is enough)',
    ansible: 'read as YAML: no host, a warning',
    here: 'read as INI',
    why: 'its first line is no key with a colon',
    example: { ...one('hosts', `n1 v="{'a': 1}"\n`), theirs: [], ours: ['n1'] },
  },
  {
    what: 'an inventory without any host',
    ansible: 'warning',
    here: 'error',
    why: 'there is nothing to do with it',
    example: { ...one('hosts', '[web]\n'), theirs: [], ours: 'inventory-empty' },
  },
  {
    what: 'a range in a list (`-i "n[1:2],"`)',
    ansible: 'a host of that name',
    here: 'expanded',
    why: 'a name cannot have brackets',
    example: { files: {}, sources: ['n[1:2],'], theirs: ['n[1:2]'], ours: ['n1', 'n2'] },
  },
  {
    what: 'the output of `ansible-inventory --list` in a file',
    ansible: 'refused',
    here: 'read',
    why: 'a dynamic inventory can be kept in git',
    example: {
      ...one('i.json', '{"_meta": {"hostvars": {}}, "web": {"hosts": ["n1"]}}\n'),
      theirs: null,
      ours: ['n1'],
    },
  },
  {
    what: 'a file that starts with `#!` and is not executable',
    ansible: 'read as INI',
    here: 'error',
    why: 'it is a script whose mode was lost',
    example: { ...one('hosts', '#!/bin/sh\nn1\n'), theirs: ['n1'], ours: 'inventory-file' },
  },
  {
    what: 'an executable inventory without `_meta.hostvars`',
    ansible: 'run again with `--host` for each host',
    here: 'error',
    why: 'a start per host takes minutes for a fleet',
    example: {
      files: { 'hosts*': '#!/bin/sh\n[ "$1" = --host ] && echo {} || echo \'{"web": ["n1"]}\'\n' },
      sources: ['hosts'],
      theirs: ['n1'],
      ours: 'script-meta',
    },
  },
  {
    what: 'a Python set or bytes in an INI value (`{1, 2}`, `b"x"`)',
    ansible: 'kept, and fails later',
    here: 'error',
    why: 'it has no form in JSON or YAML',
    example: { ...one('hosts', "n1 v='{1, 2}'\n"), theirs: null, ours: 'ini-value' },
  },
  {
    what: 'two aliases of one connection variable with different values',
    ansible: 'one of them, depending on the plugin',
    here: 'error',
    why: 'which one counts is not to be guessed',
    example: null,
  },
  {
    what: 'a key that YAML takes for a number or a boolean (`yes: 1`, `0x10: 2`)',
    ansible: '`True`, `16`',
    here: 'the text as it is written',
    why: 'a name of a variable is text',
    example: null,
  },
  {
    what: '`{{ }}` in a variable that mlbroute uses',
    ansible: 'Jinja2',
    here: 'references and a few helpers',
    why: 'Jinja2 is a Python program; variables that are not used may hold any of it',
    example: null,
  },
  {
    what: 'braces in a decrypted value',
    ansible: 'expanded',
    here: 'kept as they are',
    why: 'a password may have them',
    example: null,
  },
];
