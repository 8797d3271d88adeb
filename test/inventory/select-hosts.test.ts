import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectHosts } from '../../src/inventory/select-hosts.ts';
import { foldHosts } from '../../src/report/fold.ts';
import { inventoryOf, printed, yaml } from './printed.ts';

const inventory = inventoryOf(yaml`
  all:
    hosts: { lone: , "fe80::1": }
    children:
      web: { hosts: { "web[1:3]": } }
      db: { hosts: { "db[1:2]": , web3: } }
`);

const files = new Map([
  ['hosts', ['web1', 'web[2]', '!web2']],
  ['empty', []],
]);

describe('A limit', () => {
  it.each<[string | null, string]>([
    [null, 'lone fe80::1 web1 web2 web3 db1 db2'],
    ['all', 'lone fe80::1 web1 web2 web3 db1 db2'],
    ['*', 'lone fe80::1 web1 web2 web3 db1 db2'],
    ['web2', 'web2'],
    ['db1,web', 'web1 web2 web3 db1'],
    [' db1 , web1 ', 'web1 db1'],
    ['web:db1', 'web1 web2 web3 db1'],
    ['fe80::1', 'fe80::1'],
    ['web:&db', 'web3'],
    ['!web3:web', 'web1 web2'],
    ['!web', 'lone fe80::1 db1 db2'],
    ['&db', 'web3 db1 db2'],
    ['web?,!web[!12]', 'web1 web2'],
    ['*b1', 'web1 db1'],
    ['~web[12]', 'web1 web2'],
    ['~(lone|db)', 'lone web3 db1 db2'],
    ['ungrouped', 'lone fe80::1'],
    ['web db1', 'web1 web2 web3 db1'],
    ['web[0]', 'web1'],
    ['web[-1]', 'web3'],
    ['web[0:1]', 'web1 web2'],
    ['all[1-2]', 'fe80::1 web1'],
    ['web[1-2,3]', 'web1 web2 web3'],
    ['lone,web[1,3],!db[2-2,1]', 'lone web1 web3'],
    ['web[1:]', 'web2 web3'],
    ['web:!web[0]', 'web2 web3'],
    ['all[0:2]', 'lone fe80::1 web1'],
    ['~(?i)WEB1', 'web1'],
    [String.raw`~web\d\Z`, 'web1 web2 web3'],
    ['~(?P<kind>db)1', 'db1'],
    ['@hosts', 'web1 web3'],
    ['@hosts,db', 'web1 web3 db1 db2'],
  ])('%s leaves %s, in the order of the inventory', (limit, expected) => {
    const selected = selectHosts(inventory, limit, files);
    expect(selected.ok ? selected.value.map(({ name }) => name).join(' ') : printed(selected.error, '')).toBe(expected);
  });

  it.each([
    ['', 'error[limit-empty]: the limit "" is empty\n      hint: leave --limit out to mean all hosts'],
    [' ', 'error[limit-empty]: the limit " " is empty\n      hint: leave --limit out to mean all hosts'],
    [',', 'error[limit-empty]: the limit "," is empty\n      hint: leave --limit out to mean all hosts'],
    [
      'wbe1',
      'error[limit-unmatched]: "wbe1" in the limit matches no host and no group\n      hint: did you mean "web1"?',
    ],
    [
      'web,&dbb,!lonne,x*',
      'error[limit-unmatched]: "&dbb" in the limit matches no host and no group\n      hint: did you mean "db"?\n' +
        'error[limit-unmatched]: "!lonne" in the limit matches no host and no group\n      hint: did you mean "lone"?\n' +
        'error[limit-unmatched]: "x*" in the limit matches no host and no group',
    ],
    ['web:!web', 'error[limit-empty]: the limit "web:!web" leaves no host'],
    ['~(', 'error[limit-syntax]: "~(" is not a regular expression: Unterminated group'],
    ['~(?x)a', 'error[limit-syntax]: "~(?x)a" is not a regular expression: Invalid group'],
    ['~(?#note)a', 'error[limit-syntax]: "~(?#note)a" is not a regular expression: (?# is not supported'],
    ['web,!', 'error[limit-syntax]: a "!" or "&" in the limit has no name behind it'],
    ['@empty', 'error[limit-empty]: the limit "@empty" has no pattern in its file'],
    ['!@hosts', 'error[limit-syntax]: "@hosts": a file cannot be required or removed as a whole'],
    ['web[3]', 'error[limit-unmatched]: "web[3]" in the limit matches no host at these places'],
    ['web[-4]', 'error[limit-unmatched]: "web[-4]" in the limit matches no host at these places'],
    ['web1[1]', 'error[limit-unmatched]: "web1[1]" in the limit matches no host at these places'],
    [
      'db[1-2]',
      'error[limit-ambiguous]: "db[1-2]" in the limit means db2, web3 as a pattern of Ansible, and db1, db2 as a folded list\n      hint: name the hosts one by one',
    ],
    ['db[1-2,07]', 'error[limit-unmatched]: "db[1-2,07]" in the limit names hosts that there are not: db07'],
    ['web[1:2', 'error[limit-unmatched]: "web[1" in the limit matches no host and no group'],
  ])('"%s" is refused', (limit, expected) => {
    const selected = selectHosts(inventory, limit, files);
    const text = selected.ok ? selected.value.map(({ name }) => name).join(' ') : printed(selected.error, '');
    expect(text.split('\n').slice(0, expected.split('\n').length).join('\n')).toBe(expected);
  });

  it('takes any list of hosts as it is printed', () => {
    const name = fc
      .tuple(
        fc.constantFrom('n', 'node-', 'db'),
        fc.nat(120),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('', '.x'),
      )
      .map(([head, number, width, tail]) => `${head}${String(number).padStart(width, '0')}${tail}`);
    const names = fc.uniqueArray(name, { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(names, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (all, picks) => {
        const some = all.filter((_, i) => picks[i]);
        fc.pre(some.length > 0);
        const hosts = Object.fromEntries(all.map((each) => [each, null]));
        const selected = selectHosts(inventoryOf(JSON.stringify({ all: { hosts } })), foldHosts(some));
        // Brackets may also be characters of a wildcard that fits other hosts.
        if (!selected.ok) expect(selected.error.map(({ code }) => code)).toContain('limit-ambiguous');
        else expect(selected.value.map((host) => host.name)).toEqual(some);
      }),
    );
  });
});
