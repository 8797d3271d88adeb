import { describe, expect, it } from 'vitest';
import { matchesName } from '../../src/domain/network-file.ts';

describe('matchesName', () => {
  it.each<[readonly string[], string, boolean]>([
    [['eth0'], 'eth0', true],
    [['eth0'], 'eth0.100', false],
    [['eth*'], 'eth0.100', true],
    [['wl*', 'eth*'], 'eth0.100', true],
    [['*'], 'anything', true],
    [['!eth0'], 'eth0', false],
    [['!eth0'], 'eth0.100', true],
    [['!eth*', '!wl*'], 'wlan0', false],
    [['!eth*', '!wl*'], 'bond0', true],
    [['eth*', '!eth0'], 'eth0', false],
    [['!eth0', 'eth*'], 'eth1', true],
    [['!eth0', 'eth*'], 'bond0', false],
    [[], 'eth0', false],
  ])('%j takes %s: %j', (names, device, takes) => {
    expect(matchesName(names, device)).toBe(takes);
  });
});
