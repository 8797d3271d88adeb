import { describe, expect, it } from 'vitest';
import { parseInterfaceAddress, parseMac } from '../../src/domain/neighborhood.ts';

describe('the address of an interface', () => {
  it.each<[string, object | string]>([
    ['1.2.3.7/24', { address: '1.2.3.7', prefixLength: 24 }],
    ['1.2.3.0/32', { address: '1.2.3.0', prefixLength: 32 }],
    ['1.2.3.0/31', { address: '1.2.3.0', prefixLength: 31 }],
    ['1.2.3.0/24', '"1.2.3.0/24" is a network, not an address in it'],
    ['1.2.3.7', '"1.2.3.7" needs the length of its network, 1–32: 1.2.3.7/24'],
    ['1.2.3.7/0', '"1.2.3.7/0" needs the length of its network, 1–32: 1.2.3.7/24'],
    ['1.2.3.7/33', '"1.2.3.7/33" needs the length of its network, 1–32: 1.2.3.7/24'],
    ['1.2.3.7/24/1', '"1.2.3.7/24/1" needs the length of its network, 1–32: 1.2.3.7/24'],
    ['1.2.3/24', '"1.2.3" is not an IP address'],
    ['fd00::1/64', '"fd00::1/64" is an IPv6 address; only IPv4 is asked for by ARP'],
  ])('%s', (text, expected) => {
    const parsed = parseInterfaceAddress(text);
    expect(parsed.ok ? parsed.value : parsed.error).toEqual(expected);
  });
});

describe('an Ethernet address', () => {
  it.each<[string, string]>([
    ['52:54:00:12:34:56', '52:54:00:12:34:56'],
    ['52:54:00:AB:CD:EF', '52:54:00:ab:cd:ef'],
    ['52-54-00-12-34-56', '"52-54-00-12-34-56" is not an Ethernet address'],
    ['52:54:00:12:34', '"52:54:00:12:34" is not an Ethernet address'],
    ['52:54:00:12:34:56:78', '"52:54:00:12:34:56:78" is not an Ethernet address'],
    ['00:00:00:00:00:00', '"00:00:00:00:00:00" is not the Ethernet address of one station'],
    ['ff:ff:ff:ff:ff:ff', '"ff:ff:ff:ff:ff:ff" is not the Ethernet address of one station'],
  ])('%s', (text, expected) => {
    const parsed = parseMac(text);
    expect(parsed.ok ? parsed.value : parsed.error).toBe(expected);
  });
});
