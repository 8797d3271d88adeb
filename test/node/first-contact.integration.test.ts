import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toShell } from '../../src/domain/command.ts';

const program = readFileSync(new URL('../../node/first-contact.sh', import.meta.url), 'utf8');
const shells: readonly (readonly [string, ...string[]])[] = [
  ['dash'],
  ['bash', '--posix', '--norc'],
  ['busybox', 'sh'],
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlbroute-contact-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the program answers, in a home and an /etc/sudoers.d of its own; `visudo` in place of that of the machine. */
function call(shell: readonly string[], words: readonly string[], visudo: string | null = null): string {
  const name = (path: string) => join(folder, path);
  for (const each of ['home', 'sudoers.d']) mkdirSync(name(each), { recursive: true });
  if (visudo !== null) writeFileSync(name('visudo'), visudo, { mode: 0o755 });
  const input = [
    `mount --bind ${name('sudoers.d')} /etc/sudoers.d`,
    ...(visudo === null ? [] : [`mount --bind ${name('visudo')} /usr/sbin/visudo`]),
    `HOME=${name('home')} exec ${toShell([...shell])} -c ${toShell([`token=@t\n${program}\n${toShell([...words])}`])}`,
  ].join('\n');
  return execFileSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-e'], {
    input,
    encoding: 'utf8',
  }).trim();
}

const line = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGlu me@here';
const rule = 'joe ALL=(root) NOPASSWD: /bin/sh';

describe.each(shells)('a first contact by %s', (...shell) => {
  const keys = () => join(folder, 'home/.ssh/authorized_keys');

  it('gives a key to a home that has none, once', () => {
    expect(call(shell, ['authorize_key', line])).toBe('@t given');
    expect(readFileSync(keys(), 'utf8')).toBe(`${line}\n`);
    expect(call(shell, ['authorize_key', line])).toBe('@t there');
    expect(call(shell, ['authorize_key', line.replace('me@here', 'another comment')])).toBe('@t there');
    expect(readFileSync(keys(), 'utf8')).toBe(`${line}\n`);
  });

  it.each([
    ['without an end of its last line', 'ssh-rsa AAAA other', `ssh-rsa AAAA other\n${line}\n`, 'given'],
    ['that has it as a comment', `# ${line}\n`, `# ${line}\n${line}\n`, 'given'],
    ['that has it with options', `from="10.0.0.1" ${line}\n`, `from="10.0.0.1" ${line}\n`, 'there'],
  ])('leaves what stands in a file %s', (_, before, after, answer) => {
    mkdirSync(join(folder, 'home/.ssh'), { recursive: true });
    writeFileSync(keys(), before);
    expect(call(shell, ['authorize_key', line])).toBe(`@t ${answer}`);
    expect(readFileSync(keys(), 'utf8')).toBe(after);
  });

  it('says why a key cannot be written', () => {
    mkdirSync(join(folder, 'home'), { recursive: true });
    writeFileSync(join(folder, 'home/.ssh'), 'a file');
    expect(call(shell, ['authorize_key', line])).toMatch(/^@t failed .*\/authorized_keys cannot be written: .*\.ssh/);
  });

  it('writes a rule that visudo likes, once, and replaces another of its own', () => {
    expect(call(shell, ['grant_sudo', 'mlbroute-joe', rule])).toBe('@t given');
    expect(readFileSync(join(folder, 'sudoers.d/mlbroute-joe'), 'utf8')).toBe(`${rule}\n`);
    expect(call(shell, ['grant_sudo', 'mlbroute-joe', rule])).toBe('@t there');
    expect(call(shell, ['grant_sudo', 'mlbroute-joe', `# new\n${rule}`])).toBe('@t given');
    expect(readdirSync(join(folder, 'sudoers.d'))).toEqual(['mlbroute-joe']);
  });

  it('writes no rule that visudo does not like', () => {
    expect(call(shell, ['grant_sudo', 'mlbroute-joe', 'joe is a nice man'])).toMatch(
      /^@t failed \/etc\/sudoers\.d\/mlbroute-joe was not written: .*syntax error/,
    );
    expect(readdirSync(join(folder, 'sudoers.d'))).toEqual([]);
  });

  it.each([[null], ['ann ALL=(root) NOPASSWD: /bin/sh\n']])(
    'takes back a rule that the whole does not stand (before: %j)',
    (before) => {
      mkdirSync(join(folder, 'sudoers.d'));
      const file = join(folder, 'sudoers.d/mlbroute-joe');
      if (before !== null) writeFileSync(file, before);
      // Of itself the file is right, as far as that of the machine can tell.
      const picky =
        '#!/bin/sh\n[ "$2" = -f ] || ! grep -qsx "joe ALL=.*" /etc/sudoers.d/mlbroute-joe || { echo "no joes here"; exit 1; }\n';
      expect(call(shell, ['grant_sudo', 'mlbroute-joe', rule], picky)).toBe(
        '@t failed /etc/sudoers.d/mlbroute-joe was taken back: no joes here',
      );
      expect(existsSync(file) ? readFileSync(file, 'utf8') : null).toBe(before);
      expect(readdirSync(join(folder, 'sudoers.d'))).toEqual(before === null ? [] : ['mlbroute-joe']);
    },
  );
});
