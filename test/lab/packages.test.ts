import { describe, expect, it } from 'vitest';
import { missingPackages } from '../../src/lab/packages.ts';
import { hasWideRegisters } from '../../src/lab/wide-registers.ts';

describe('missingPackages', () => {
  it.each<[string, (path: string) => boolean, string[]]>([
    ['everything there', () => true, []],
    ['no user-mode kernel', (path) => !path.endsWith('/linux.uml'), ['user-mode-linux']],
    ['a tool only in /usr/sbin', (path) => path.startsWith('/usr/sbin/') || path.startsWith('/usr/share/'), []],
    ['no keys of Debian', (path) => !path.startsWith('/usr/share/'), ['debian-archive-keyring']],
    ['two tools of one package', (path) => !/\/ssh(-keygen)?$/.test(path), ['openssh-client']],
  ])('names, with %s, the packages to install', (_, isThere, expected) => {
    expect(missingPackages(isThere, false)).toEqual(expected);
  });

  it('names a compiler where the processor has more registers than a user-mode kernel knows', () => {
    const cpuinfo = (flags: string) => `processor\t: 0\nflags\t\t: fpu ${flags} sse\nbugs\t\t: amx_tile\n`;
    const missing = (flags: string) =>
      missingPackages((path) => !path.endsWith('/tcc'), hasWideRegisters(cpuinfo(flags)));
    expect([missing('avx512f'), missing('amx_bf16 amx_tile')]).toEqual([[], ['tcc']]);
  });
});
