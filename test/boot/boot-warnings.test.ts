import { describe, expect, it } from 'vitest';
import { bootWarnings } from '../../src/boot/boot-warnings.ts';
import type { BootFiles } from '../../src/domain/boot-files.ts';
import type { FileChange } from '../../src/domain/change.ts';
import { type DesiredState, noState } from '../../src/domain/desired-state.ts';
import { ipv4ConfKey } from '../../src/domain/sysctl.ts';
import { device, hostFacts } from '../tasks/example-host.ts';
import { noBootFiles } from './no-boot-files.ts';

const key = ipv4ConfKey(device('eth1'), 'rp_filter');
const desired: DesiredState = { ...noState, sysctls: [{ key, value: '0', why: 'no address', mayBeAbsent: true }] };
const path = '/etc/sysctl.d/99-zz-mlbroute.conf';
const content = `# mlbroute\n${key} = 0\n`;
const written: FileChange = {
  kind: 'create',
  path,
  after: { kind: 'file', path, mode: '0644', content },
  cause: 'inventory',
};
const line = (file: string, text: string) => ({ path: file, line: 3, text });
const warned = (files: readonly FileChange[], boot: Partial<BootFiles>) =>
  bootWarnings({ files }, desired, { facts: hostFacts(), boot: { ...noBootFiles, ...boot } }).map(
    ({ message }) => message,
  );

describe('what the next boot would not bring of a plan', () => {
  const glob = line('/usr/lib/sysctl.d/50-default.conf', 'net.ipv4.conf.eth*.rp_filter = 2');

  it('is nothing that the files of the push prevent', () => {
    expect(warned([], { sysctlLines: [glob] })).toEqual([expect.stringContaining('sets it to 2, not to 0')]);
    expect(warned([written], { sysctlLines: [glob] })).toEqual([]);
  });

  it('is what files say that are read after those of the push', () => {
    const late = line('/etc/sysctl.d/zz-local.conf', `${key} = 1`);
    const early = line('/etc/sysctl.d/10-local.conf', `${key} = 1`);
    expect(warned([written], { sysctlLines: [late] })).toEqual([
      `${key}: at the next boot /etc/sysctl.d/zz-local.conf:3 sets it to 1, not to 0`,
    ]);
    expect(warned([written], { sysctlLines: [early] })).toEqual([]);
  });

  it('counts what a push replaces no more', () => {
    const old = line(path, `${key} = 7`);
    const late = line('/etc/sysctl.d/zz-local.conf', '# nothing');
    expect(warned([written], { sysctlLines: [old, late] })).toEqual([]);
  });

  it('is a unit that nothing starts', () => {
    const units = [{ name: 'systemd-sysctl.service', state: 'masked' as const }];
    expect(warned([written], { units })).toEqual([
      'systemd-sysctl.service is masked: the next boot leaves out what it does',
    ]);
  });
});
