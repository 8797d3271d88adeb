import { describe, expect, it } from 'vitest';
import { secret } from '../../src/domain/host.ts';
import { explainNoShell, startShell } from '../../src/transport/shell.ts';

const token = '0123abcd';
const plain =
  "sh -c 'LC_ALL=C; export LC_ALL; echo mlbroute-ready-0123abcd; echo mlbroute-ready-0123abcd >&2; exec sh'";

describe('the command that starts a shell', () => {
  const root = { user: 'root', password: null };
  const cases: readonly {
    title: string;
    host: Parameters<typeof startShell>[0];
    command: string;
    prompt: string | null;
  }[] = [
    { title: 'is sh alone without become', host: { user: 'admin', become: null }, command: plain, prompt: null },
    {
      title: 'is sh alone where the user is the one already',
      host: { user: 'root', become: root },
      command: plain,
      prompt: null,
    },
    {
      title: 'is a sudo that never asks where there is no password',
      host: { user: 'admin', become: root },
      command: `env LC_ALL=C sudo -n -H -u root -- ${plain}`,
      prompt: null,
    },
    {
      title: 'is a sudo that asks in words of ours where there is a password',
      host: { user: 'admin', become: { user: 'root', password: secret('hidden') } },
      command: `env LC_ALL=C sudo -S -p mlbroute-password-0123abcd: -H -u root -- ${plain}`,
      prompt: 'mlbroute-password-0123abcd:',
    },
    {
      title: 'quotes a strange user name',
      host: { user: 'admin', become: { user: 'a b;c', password: null } },
      command: `env LC_ALL=C sudo -n -H -u 'a b;c' -- ${plain}`,
      prompt: null,
    },
  ];
  it.each(cases)('$title', ({ host, command, prompt }) => {
    expect(startShell(host, token)).toEqual({
      command,
      readyMarker: 'mlbroute-ready-0123abcd',
      passwordPrompt: prompt,
    });
  });

  it('holds nothing that a login shell other than sh would read in its own way', () => {
    // csh expands "!" and "\" even in single quotes; fish knows "\" there.
    expect(plain).not.toMatch(/[!\\"`$]/);
  });
});

describe('a shell that did not start', () => {
  const host = { user: 'admin', become: { user: 'root', password: null } };
  const cases: readonly { said: string; exitCode: number | null; message: RegExp }[] = [
    { said: 'sudo: a password is required\n', exitCode: 1, message: /^sudo wants a password for admin/ },
    {
      said: 'Sorry, try again.\nsudo: no password was provided\nsudo: 1 incorrect password attempt\n',
      exitCode: 1,
      message: /password/,
    },
    { said: 'sudo: 1 incorrect password attempt\n', exitCode: 1, message: /^sudo refused the password of admin/ },
    {
      said: 'admin is not in the sudoers file.\nThis incident has been reported to the administrator.\n',
      exitCode: 1,
      message: /^admin may not become root/,
    },
    {
      said: "Sorry, user admin is not allowed to execute '/usr/bin/sh -c x' as root on node01.\n",
      exitCode: 1,
      message: /^admin may not become root/,
    },
    { said: 'Sorry, user admin may not run sudo on node01.\n', exitCode: 1, message: /^admin may not become root/ },
    { said: "env: 'sudo': No such file or directory\n", exitCode: 127, message: /^the host has no sudo/ },
    { said: "env: can't execute 'sudo': No such file or directory\n", exitCode: 127, message: /^the host has no sudo/ },
    {
      said: 'sudo: unknown user root\nsudo: error initializing audit plugin sudoers_audit\n',
      exitCode: 1,
      message: /^the host has no user root/,
    },
    { said: 'sudo: sorry, you must have a tty to run sudo\n', exitCode: 1, message: /requiretty/ },
    {
      said: 'sudo: /etc/sudoers is world writable\n',
      exitCode: 1,
      message: /^admin did not become root: sudo ended with exit code 1: "sudo: \/etc\/sudoers is world writable"$/,
    },
    { said: '', exitCode: null, message: /^admin did not become root: sudo ended on a signal$/ },
  ];
  it.each(cases)('is explained when sudo says $said', ({ said, exitCode, message }) => {
    expect(explainNoShell(host, { exitCode, said })).toEqual({
      kind: 'become',
      message: expect.stringMatching(message),
    });
  });

  it('is no matter of sudo where there was none', () => {
    const failure = explainNoShell(
      { user: 'admin', become: null },
      { exitCode: 1, said: 'This account is currently not available.\n' },
    );
    expect(failure).toEqual({
      kind: 'protocol',
      message:
        'the login shell of admin ended with exit code 1 before it started sh: "This account is currently not available."',
    });
  });
});
