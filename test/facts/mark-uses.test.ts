import { describe, expect, it } from 'vitest';
import { parseMarkUses } from '../../src/facts/mark-uses.ts';

const inWords = (line: string) =>
  parseMarkUses(`${line}\n`).map(
    ({ of, does, value, mask }) =>
      `${of} ${does} ${does === 'set' ? '' : `0x${value.toString(16)} under `}0x${mask.toString(16)}`,
  );

describe('parseMarkUses', () => {
  it.each<[string, readonly string[]]>([
    ['-A PREROUTING -j ACCEPT', []],
    [':CHAIN - [0:0]', []],
    ['-A MLBROUTE-OUTPUT -m connmark --mark 0x100/0x1f00 -j RETURN', []],
    ['-A X -j MARK --set-xmark 0x4000/0x4000', ['packet set 0x4000']],
    ['-A X -j MARK --set-xmark 0x4000/0x0', ['packet set 0x4000']],
    ['-A X -j MARK --set-xmark 0x0/0xffff0000', ['packet set 0xffff0000']],
    ['-A X -j CONNMARK --set-xmark 0x80/0x80', ['connection set 0x80']],
    ['-A X -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80', ['packet set 0x80']],
    ['-A X -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff', ['connection set 0xffffffff']],
    ['-A X -m mark --mark 0x10000/0x10000 -j ACCEPT', ['packet test 0x10000 under 0x10000']],
    ['-A X -m mark ! --mark 0x1 -j ACCEPT', ['packet test 0x1 under 0xffffffff']],
    [
      '-A X -m connmark --mark 0x80/0x80 -j MARK --set-xmark 0x1/0x1',
      ['connection test 0x80 under 0x80', 'packet set 0x1'],
    ],
  ])('reads of iptables: %s', (line, uses) => {
    expect(inWords(line)).toEqual(uses);
  });

  // As nft 1.0.6 prints them.
  it.each<[string, readonly string[]]>([
    ['\t\tmeta mark set 0x00000100', ['packet set 0xffffffff']],
    ['meta mark set meta mark & 0xffffe1ff | 0x00000100', ['packet set 0x1f00']],
    ['meta mark set meta mark | 0x00004000', ['packet set 0x4000']],
    ['meta mark set meta mark ^ 0x00004000', ['packet set 0x4000']],
    ['meta mark set meta mark & 0xffff0000', ['packet set 0xffff']],
    ['meta mark set ct mark', ['packet set 0xffffffff']],
    ['meta mark set ct mark & 0x000000ff', ['packet set 0xffffffff']],
    ['ct mark set meta mark', ['connection set 0xffffffff']],
    ['meta mark set ip saddr map { 1.2.3.4 : 0x00000005 }', ['packet set 0xffffffff']],
    ['meta mark & 0x00001f00 == 0x00000100 accept', ['packet test 0x100 under 0x1f00']],
    ['ct mark & 0x00000005 != 0x00000000 counter packets 0 bytes 0 accept', ['connection test 0x0 under 0x5']],
    ['meta mark 0x00000005 accept', ['packet test 0x5 under 0xffffffff']],
    ['meta mark != 0x00000005 accept', ['packet test 0x5 under 0xffffffff']],
    [
      'ct mark { 0x00000001, 0x00000010 } accept',
      ['connection test 0x1 under 0xffffffff', 'connection test 0x10 under 0xffffffff'],
    ],
    ['meta mark vmap { 0x00000001 : accept }', ['packet test 0x1 under 0xffffffff']],
    [
      'ct direction reply ct mark & 0x00001f00 == 0x00000100 meta mark set meta mark & 0xffffe1ff | 0x00000100',
      ['packet set 0x1f00', 'connection test 0x100 under 0x1f00'],
    ],
    ['fib saddr . mark . iif oif missing drop', []],
  ])('reads of nft: %s', (line, uses) => {
    expect(inWords(line)).toEqual(uses);
  });
});
