import { describe, expect, it } from 'vitest';
import { parseHostName } from '../../src/domain/host.ts';
import { parentsFirst, parseInterfaceName, parseVlanId, type VlanLink } from '../../src/domain/link.ts';
import { formatFwmark, parseFwmark, parsePriority, parseTableId } from '../../src/domain/routing.ts';
import { ipv4ConfKey } from '../../src/domain/sysctl.ts';

describe('parseInterfaceName', () => {
  it.each(['eth0', 'eth0.100', 'enp3s0f1np.4094', 'x', 'a-b_c', '_x', '0a'])('takes %j', (name) => {
    expect(parseInterfaceName(name)).toEqual({ ok: true, value: name });
  });

  it.each<readonly [string, string]>([
    ['', 'must be 1–15 bytes long'],
    ['enp3s0f1np1.4094x', 'must be 1–15 bytes long'],
    ['éééééééé', 'must be 1–15 bytes long'],
    ['eth 0', 'has a character the kernel refuses'],
    ['eth/0', 'has a character the kernel refuses'],
    ['eth0:1', 'has a character the kernel refuses'],
    ['a\nb', 'has a character the kernel refuses'],
    ['.', 'has a character the kernel refuses'],
    ['..', 'has a character the kernel refuses'],
    ['eth%d', 'means something else to the kernel'],
    ['all', 'means something else to the kernel'],
    ['default', 'means something else to the kernel'],
    ['17', 'is a number, which networkd and ip take for an index'],
    ...[
      'eth+',
      'eth*',
      'eth?',
      '[e]',
      '-r',
      'a@b',
      'éé',
      '$(>c)',
      '`>c`',
      'a;b',
      "a'b",
      'a"b',
      'a\\b',
      'a=b',
      'a#b',
      '!a',
    ].map((name) => [name, 'has more than letters, digits, ".", "_" and "-", which tools would misread'] as const),
  ])('refuses %j: it %s', (name, why) => {
    expect(parseInterfaceName(name)).toEqual({ ok: false, error: `interface name "${name}" ${why}` });
  });
});

describe('parentsFirst', () => {
  const link = (name: string, parent: string) => ({ name, parent, id: 7, mtu: null }) as unknown as VlanLink;
  const inOrder = (...links: readonly VlanLink[]) => parentsFirst(links).map(({ name }) => name);

  it('puts a link after the one it stands on, and the rest by name', () => {
    expect(inOrder(link('a', 'b'), link('c', 'eth0'), link('b', 'eth0'))).toEqual(['b', 'c', 'a']);
  });

  it('comes to an end where two stand on each other', () => {
    expect(inOrder(link('a', 'b'), link('b', 'a'))).toEqual(['a', 'b']);
  });
});

describe('parseHostName', () => {
  it.each(['node1', 'node1.example.com', '10.0.0.1', 'fe80::1'])('takes %j', (name) => {
    expect(parseHostName(name)).toEqual({ ok: true, value: name });
  });

  // A name becomes the name of a folder (render), so none may lead elsewhere.
  it.each(['', '.', '..', 'a b', '../a', 'a/b', 'a\n'])('refuses %j', (name) => {
    expect(parseHostName(name)).toEqual({ ok: false, error: `"${name}" is not a host name` });
  });
});

describe('numbers', () => {
  it.each<[number, boolean]>([
    [0, false],
    [1, true],
    [100, true],
    [4094, true],
    [4095, false],
    [1.5, false],
    [Number.NaN, false],
    [-1, false],
  ])('%d is a VLAN id: %j', (id, isOne) => {
    expect(parseVlanId(id)).toEqual(
      isOne ? { ok: true, value: id } : { ok: false, error: `VLAN id ${id} is outside 1–4094` },
    );
  });

  it.each<[number, string | null]>([
    [1, null],
    [252, null],
    [256, null],
    [7100, null],
    [0xffffffff, null],
    [0, 'routing table 0 is outside 1–4294967295'],
    [0x100000000, 'routing table 4294967296 is outside 1–4294967295'],
    [7.5, 'routing table 7.5 is outside 1–4294967295'],
    [253, "routing table 253 is the kernel's own (253 default, 254 main, 255 local)"],
    [254, "routing table 254 is the kernel's own (253 default, 254 main, 255 local)"],
    [255, "routing table 255 is the kernel's own (253 default, 254 main, 255 local)"],
  ])('%d as a routing table: %j', (id, error) => {
    expect(parseTableId(id)).toEqual(error === null ? { ok: true, value: id } : { ok: false, error });
  });

  it.each<[number, boolean]>([
    [0, false],
    [1, true],
    [2011, true],
    [32765, true],
    [32766, false],
    [99.5, false],
  ])('%d is a priority of ours: %j', (value, isOne) => {
    expect(parsePriority(value)).toEqual(
      isOne ? { ok: true, value } : { ok: false, error: `rule priority ${value} is outside 1–32765` },
    );
  });

  it.each<[number, number, string]>([
    [0x100, 0x1f00, '0x100/0x1f00'],
    [0x100, 0xffffffff, '0x100/0xffffffff'],
    // The highest bit makes a negative number of JavaScript's bit operations.
    [0x80000000, 0x80000000, '0x80000000/0x80000000'],
    [0xffffffff, 0xffffffff, '0xffffffff/0xffffffff'],
  ])('mark %d under mask %d is %s', (value, mask, text) => {
    const mark = parseFwmark(value, mask);
    expect(mark).toEqual({ ok: true, value: { value, mask } });
    expect(mark.ok && formatFwmark(mark.value)).toBe(text);
  });

  it.each<[number, number, string]>([
    [0x100, 0xff, 'mark 0x100 has bits outside its mask 0xff'],
    [0x80000000, 0x7fffffff, 'mark 0x80000000 has bits outside its mask 0x7fffffff'],
    [0, 0xff, 'mark 0 is outside 0x1–0xffffffff'],
    [1, 0, 'mark 0 is outside 0x1–0xffffffff'],
    [0x100000000, 0xffffffff, 'mark 4294967296 is outside 0x1–0xffffffff'],
    [1.5, 3, 'mark 1.5 is outside 0x1–0xffffffff'],
  ])('refuses mark %d under mask %d: %s', (value, mask, error) => {
    expect(parseFwmark(value, mask)).toEqual({ ok: false, error });
  });
});

it('a sysctl key keeps the dots of an interface name', () => {
  expect(ipv4ConfKey('eth0.100', 'rp_filter')).toBe('net/ipv4/conf/eth0.100/rp_filter');
});
