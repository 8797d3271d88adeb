import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../src/domain/glob.ts';

describe('matchesGlob', () => {
  it.each<[string, string, boolean]>([
    ['eth0', 'eth0', true],
    ['eth0', 'eth00', false],
    ['eth0', 'xeth0', false],
    ['*', '', true],
    ['*', 'eth0.100', true],
    ['eth*', 'eth0.100', true],
    ['eth?', 'eth0', true],
    ['eth?', 'eth', false],
    ['eth0.100', 'eth0x100', false],
    ['en[ps]*', 'enp3s0', true],
    ['en[!ps]*', 'enp3s0', false],
    ['en[^ps]*', 'eno1', true],
    ['eth[0-3]', 'eth2', true],
    ['eth[0-3]', 'eth4', false],
    ['eth[[:digit:]]', 'eth7', true],
    ['eth[![:digit:]]', 'eth7', false],
    ['e[a*b]', 'e*', true],
    ['e[a*b]', 'exb', false],
    ['[]a]x', ']x', true],
    ['eth[0', 'eth[0', true],
    ['eth[3-0]', 'eth2', false],
    ['eth[[:nonsense:]]', 'ethn', false],
    ['eth\\*', 'eth*', true],
    ['eth\\*', 'eth0', false],
    ['eth\\', 'eth\\', false],
    ['a+(b|c)', 'a+(b|c)', true],
    ['é?', 'éß', true],
  ])('says of %j and %j: %j', (glob, text, isMatch) => {
    expect(matchesGlob(glob, text)).toBe(isMatch);
  });
});
