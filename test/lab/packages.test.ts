import { describe, expect, it } from 'vitest';
import { missingPackages } from '../../src/lab/packages.ts';

describe('missingPackages', () => {
  it.each<[string, (path: string) => boolean, string[]]>([
    ['everything there', () => true, []],
    ['no user-mode kernel', (path) => !path.endsWith('/linux.uml'), ['user-mode-linux']],
    ['a tool only in /usr/sbin', (path) => path.startsWith('/usr/sbin/') || path.startsWith('/usr/share/'), []],
    ['no keys of Debian', (path) => !path.startsWith('/usr/share/'), ['debian-archive-keyring']],
    ['two tools of one package', (path) => !/\/ssh(-keygen)?$/.test(path), ['openssh-client']],
  ])('names, with %s, the packages to install', (_, isThere, expected) => {
    expect(missingPackages(isThere)).toEqual(expected);
  });
});
