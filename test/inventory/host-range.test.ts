import { describe, expect, it } from 'vitest';
import { parseHostPattern } from '../../src/inventory/host-pattern.ts';
import { expandHostRange } from '../../src/inventory/host-range.ts';

describe('A range of hosts', () => {
  it.each([
    ['node', 'node'],
    ['node[1:3]', 'node1 node2 node3'],
    ['node[01:03].example.com', 'node01.example.com node02.example.com node03.example.com'],
    ['h[001:010:3]', 'h001 h004 h007 h010'],
    ['h[:3]', 'h0 h1 h2 h3'],
    ['h[9:11]', 'h9 h10 h11'],
    ['h[1:05]', 'h1 h2 h3 h4 h5'],
    ['h[0:2]', 'h0 h1 h2'],
    ['h[3:3]', 'h3'],
    ['db[a:d]', 'dba dbb dbc dbd'],
    ['db[a:f:2]', 'dba dbc dbe'],
    ['db[y:B]', 'dby dbz dbA dbB'],
    ['x[a:c]y[1:2]', 'xay1 xay2 xby1 xby2 xcy1 xcy2'],
    ['[1:2].example.com', '1.example.com 2.example.com'],
  ])('%s is %s', (pattern, hosts) => {
    expect(expandHostRange(pattern)).toEqual({ ok: true, value: hosts.split(' ') });
  });

  it.each([
    ['h[5:1]', 'range "[5:1]" ends before it starts', 'write [1:5]'],
    ['h[c:a]', 'range "[c:a]" ends before it starts', 'letters run a–z, then A–Z'],
    ['h[B:y]', 'range "[B:y]" ends before it starts', 'letters run a–z, then A–Z'],
    ['h[1:]', 'range "[1:]" has no end', 'write [first:last]; both belong to the range'],
    ['h[a:3]', 'range "[a:3]" must go from number to number or from letter to letter', null],
    ['h[ab:cd]', 'range "[ab:cd]" must go from number to number or from letter to letter', null],
    ['h[01:5]', 'range "[01:5]": with leading zeros both ends need the same width', 'write [01:05]'],
    ['h[1:5:0]', 'range "[1:5:0]": the step must be a number from 1 up', null],
    ['h[1:5:-1]', 'range "[1:5:-1]": the step must be a number from 1 up', null],
    ['h[1:5:1:1]', '"[1:5:1:1]" is not a range', 'write [first:last] or [first:last:step]'],
    ['h[1-5]', '"[1-5]" is not a range', 'write [first:last] or [first:last:step]'],
    ['h[1:5', '"h[1:5" has a "[" without a "]"', null],
    ['h1:5]', '"h1:5]" has a "]" without a "["', null],
    ['h[1:1000000000]', 'range "[1:1000000000]" is more than 100000 hosts', null],
    ['h[1:1000]x[1:1000]', '"h[1:1000]x[1:1000]" is more than 100000 hosts', null],
  ])('%s is refused', (pattern, message, hint) => {
    expect(expandHostRange(pattern)).toEqual({ ok: false, error: { message, hint } });
  });
});

describe('A key of hosts', () => {
  it.each<[string, string, number | null]>([
    ['h1:2222', 'h1', 2222],
    ['h[1:2]:2222', 'h1 h2', 2222],
    ['192.168.1.10:22', '192.168.1.10', 22],
    ['fe80::1', 'fe80::1', null],
    ['[fe80::1]:2022', 'fe80::1', 2022],
  ])('%s is the hosts %s with port %s', (text, hosts, port) => {
    expect(parseHostPattern(text)).toEqual({ ok: true, value: { hosts: hosts.split(' '), port } });
  });

  it.each([
    ['two words', '"two words" is not a host name'],
    ['a/b', '"a/b" is not a host name'],
    ['node*', 'host name "node*" has a character of host patterns'],
    ['a,b', 'host name "a,b" has a character of host patterns'],
    ['!a', 'host name "!a" has a character of host patterns'],
  ])('%s is refused', (text, message) => {
    expect(parseHostPattern(text)).toEqual({ ok: false, error: { message, hint: null } });
  });
});
