import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Cidr,
  cidrContains,
  cidrsOutside,
  cidrsOverlap,
  familyOf,
  firstAddressOf,
  type IpAddress,
  networkOf,
  parseCidr,
  parseIp,
  parsePool,
} from '../../src/domain/address.ts';

const cidr = (text: string) => text as Cidr;
const ip = (text: string) => text as IpAddress;

describe('parseIp', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['0.0.0.0', '0.0.0.0'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['::', '::'],
    ['fe80::0001', 'fe80::1'],
  ])('takes %j as %s', (text, value) => {
    expect(parseIp(text)).toEqual({ ok: true, value });
  });

  it.each([
    '',
    '10',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '0x7f.0.0.1',
    '1.2.3.4 ',
    '1.2.3.4/24',
    '12345::',
    ':::',
    'a.b',
  ])('refuses %j, and says so', (text) => {
    expect(parseIp(text)).toEqual({ ok: false, error: `"${text}" is not an IP address` });
  });
});

describe('parseCidr', () => {
  it.each([
    ['1.2.3.0/24', '1.2.3.0/24'],
    ['1.2.3.4/32', '1.2.3.4/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['::1/128', '::1/128'],
  ])('takes %j as %s', (text, value) => {
    expect(parseCidr(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['1.2.3.0', '"1.2.3.0" is not a network: the prefix length is missing (1.2.3.0/32 for one IPv4 address)'],
    ['1.2.3.1/24', '"1.2.3.1/24" has host bits set: the network is 1.2.3.0/24'],
    ['2001:db8::1/64', '"2001:db8::1/64" has host bits set: the network is 2001:db8::/64'],
    ['1.2.3.0/33', '"1.2.3.0/33": the prefix length must be 0–32'],
    ['::/129', '"::/129": the prefix length must be 0–128'],
    ['1.2.3.0/', '"1.2.3.0/": the prefix length must be 0–32'],
    ['1.2.3.0/-1', '"1.2.3.0/-1": the prefix length must be 0–32'],
    ['1.2.3.0/24/8', '"1.2.3.0/24/8": the prefix length must be 0–32'],
    ['1.2.3.0/255.255.255.0', '"1.2.3.0/255.255.255.0": the prefix length must be 0–32'],
    ['1.2.3/24', '"1.2.3" is not an IP address'],
  ])('refuses %j: %s', (text, error) => {
    expect(parseCidr(text)).toEqual({ ok: false, error });
  });
});

describe('parsePool', () => {
  it.each<[string, readonly string[]]>([
    ['1.2.3.0/24', ['1.2.3.0/24']],
    ['1.2.3.0-1.2.3.255', ['1.2.3.0/24']],
    ['1.2.3.4-1.2.3.4', ['1.2.3.4/32']],
    ['1.2.3.4 - 1.2.3.7', ['1.2.3.4/30']],
    ['1.2.3.1-1.2.3.6', ['1.2.3.1/32', '1.2.3.2/31', '1.2.3.4/31', '1.2.3.6/32']],
    ['1.2.3.255-1.2.4.0', ['1.2.3.255/32', '1.2.4.0/32']],
    ['0.0.0.0-255.255.255.255', ['0.0.0.0/0']],
    ['::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', ['::/0']],
    ['2001:db8::1-2001:db8::2', ['2001:db8::1/128', '2001:db8::2/128']],
  ])('covers %j by %j', (text, value) => {
    expect(parsePool(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['1.2.3.9-1.2.3.1', '"1.2.3.9-1.2.3.1" ends before it starts'],
    ['1.2.3.1-::1', '"1.2.3.1-::1" mixes IPv4 and IPv6'],
    ['1.2.3.1-1.2.3.2-1.2.3.3', '"1.2.3.1-1.2.3.2-1.2.3.3" is not a range first-last'],
    ['1.2.3.1-9', '"9" is not an IP address'],
    ['-1.2.3.1', '"" is not an IP address'],
    ['1.2.3.0/24-1.2.4.0/24', '"1.2.3.0/24" is not an IP address'],
  ])('refuses %j: %s', (text, error) => {
    expect(parsePool(text)).toEqual({ ok: false, error });
  });

  it.each([
    ['IPv4', 32, v4Text],
    ['IPv6', 128, v6Text],
  ] as const)('covers exactly any %s range, in order, with as few CIDRs as can be', (_, bits, textOf) => {
    const top = (1n << BigInt(bits)) - 1n;
    const range = fc.tuple(fc.bigInt(0n, top), fc.oneof(fc.bigInt(0n, 5000n), fc.bigInt(0n, top)));
    fc.assert(
      fc.property(range, ([low, length]) => {
        const high = low + length > top ? top : low + length;
        const pool = parsePool(`${textOf(low)}-${textOf(high)}`);
        if (!pool.ok) throw new Error(pool.error);
        const blocks = pool.value.map((block) => extent(block, bits));
        let next = low;
        for (const [first, last] of blocks) {
          expect(first).toBe(next);
          next = last + 1n;
        }
        expect(next).toBe(high + 1n);
        // Fewest: no two neighbours would make one CIDR together.
        for (const [i, [first, last]] of blocks.entries()) {
          const after = blocks[i + 1];
          if (after === undefined) continue;
          const size = last - first + 1n;
          expect(after[1] - after[0] + 1n === size && first % (2n * size) === 0n).toBe(false);
        }
        // Each is a network by the stricter parser too.
        for (const block of pool.value) expect(parseCidr(block)).toEqual({ ok: true, value: block });
      }),
    );
  });
});

describe('networks', () => {
  it.each<[string, string, boolean]>([
    ['1.2.3.0/24', '1.2.3.0/24', true],
    ['1.2.3.0/24', '1.2.3.128/25', true],
    ['1.2.3.0/24', '1.2.3.7', true],
    ['1.2.3.0/24', '1.2.4.7', false],
    ['1.2.3.128/25', '1.2.3.0/24', false],
    ['0.0.0.0/0', '9.9.9.9', true],
    ['0.0.0.0/0', '::1', false],
    ['2001:db8::/32', '2001:db8:1::/48', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['1.2.3.4/32', '1.2.3.4', true],
  ])('%s contains %s: %j', (outer, inner, contains) => {
    expect(cidrContains(cidr(outer), cidr(inner))).toBe(contains);
  });

  it('share an address exactly where one contains the other, whichever is named first', () => {
    expect(cidrsOverlap(cidr('10.0.0.0/8'), cidr('10.1.0.0/16'))).toBe(true);
    expect(cidrsOverlap(cidr('10.1.0.0/16'), cidr('10.0.0.0/8'))).toBe(true);
    expect(cidrsOverlap(cidr('10.1.0.0/16'), cidr('10.2.0.0/16'))).toBe(false);
  });

  it.each([
    ['192.168.1.10', 24, '192.168.1.0/24'],
    ['192.168.1.10', 32, '192.168.1.10/32'],
    ['192.168.1.10', 0, '0.0.0.0/0'],
    ['2001:db8::5', 64, '2001:db8::/64'],
  ])('of %s/%d is %s', (address, length, network) => {
    expect(networkOf(ip(address), length)).toBe(network);
  });

  it.each([
    ['1.2.3.0/24', '1.2.3.1'],
    ['1.2.3.4/32', '1.2.3.4'],
    ['1.2.3.4/31', '1.2.3.4'],
    ['2001:db8::/64', '2001:db8::1'],
    ['2001:db8::7/128', '2001:db8::7'],
  ])('%s has %s as first usable address', (network, first) => {
    expect(firstAddressOf(cidr(network))).toBe(first);
  });

  it('have the family of their text', () => {
    expect([familyOf(cidr('::/0')), familyOf(ip('1.2.3.4'))]).toEqual(['ipv6', 'ipv4']);
  });
});

function v4Text(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
}

function v6Text(value: bigint): string {
  return Array.from({ length: 8 }, (_, i) => ((value >> BigInt(16 * (7 - i))) & 0xffffn).toString(16)).join(':');
}

/** First and last address, computed from the text alone and not with the code under test. */
function extent(block: string, bits: 32 | 128): [bigint, bigint] {
  const [address = '', length] = block.split('/');
  const first = bits === 32 ? v4Value(address) : v6Value(address);
  return [first, first + (1n << BigInt(bits - Number(length))) - 1n];
}

function v4Value(text: string): bigint {
  return text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function v6Value(text: string): bigint {
  const [head = '', tail] = text.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':'));
  const [before, after] = [words(head), words(tail ?? '')];
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].reduce((sum, word) => sum * 65536n + BigInt(`0x${word}`), 0n);
}

describe('cidrsOutside', () => {
  const v6 = cidr('2001:db8::/32');
  it.each([
    ['1.2.3.0/24', [], ['1.2.3.0/24']],
    ['1.2.3.0/24', ['1.2.0.0/16'], []],
    ['1.2.3.0/24', ['1.2.3.0/24'], []],
    ['1.2.3.0/24', ['1.2.4.0/24', v6], ['1.2.3.0/24']],
    ['0.0.0.0/0', ['0.0.0.0/1', '128.0.0.0/1'], []],
    [v6, [v6], []],
    ['2001:db8::/126', ['2001:db8::1/128'], ['2001:db8::/128', '2001:db8::2/127']],
  ])('of %s without %j is %j', (network, others, outside) => {
    expect(cidrsOutside(cidr(network), others.map(cidr))).toEqual(outside);
  });

  it('has exactly the addresses that are in the network and in no other, once', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const small = fc
      .tuple(octet, fc.integer({ min: 24, max: 32 }))
      .map(([low, bits]) => networkOf(ip(`10.0.0.${low}`), bits));
    fc.assert(
      fc.property(small, fc.array(small, { maxLength: 5 }), (network, others) => {
        const outside = cidrsOutside(network, others);
        for (let low = 0; low < 256; low++) {
          const address = ip(`10.0.0.${low}`);
          const isOutside = cidrContains(network, address) && !others.some((other) => cidrContains(other, address));
          expect(outside.filter((each) => cidrContains(each, address))).toHaveLength(isOutside ? 1 : 0);
        }
      }),
      { numRuns: 200 },
    );
  });
});
