import { describe, expect, it } from 'vitest';
import { quoteWord, toShell } from '../../src/domain/command.ts';

describe('toShell', () => {
  it.each<[readonly string[], string]>([
    [['ip', '-4', 'route', 'add', '1.2.3.0/24', 'dev', 'eth0.100'], 'ip -4 route add 1.2.3.0/24 dev eth0.100'],
    [['sysctl', '-qw', 'net/ipv4/conf/all/rp_filter=0'], 'sysctl -qw net/ipv4/conf/all/rp_filter=0'],
    [['printf', ''], "printf ''"],
    [['printf', "it's"], "printf 'it'\\''s'"],
    [['printf', '$HOME `id` * ~ # \\'], "printf '$HOME `id` * ~ # \\'"],
    [['printf', 'a\nb'], "printf 'a\nb'"],
    [['printf', 'a\n'], "printf 'a\n'"],
    [['printf', 'é'], "printf 'é'"],
  ])('writes %j as %j', (argv, line) => {
    expect(toShell(argv)).toBe(line);
  });

  it('leaves bare just the characters that mean nothing to a shell', () => {
    const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
    const bare = printable.filter((character) => quoteWord(character) === character).join('');
    expect(bare).toBe('%+,-./0123456789:=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz');
  });
});
