import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostConnection, type Secret, secret } from '../../src/domain/host.ts';
import type { Failure } from '../../src/domain/outcome.ts';
import { createConnect } from '../../src/transport/connect.ts';
import type { RunResult } from '../../src/transport/session.ts';
import { type Sshd, startSshd } from './sshd.ts';

const password = 'correct horse battery';
const connect = createConnect({ homeDirectory: '/nonexistent', agentSocket: null, acceptNew: false });
let sshd: Sshd;

beforeAll(async () => {
  const accounts = ['free', 'asked', 'lectured', 'denied', 'ttyonly', 'noisy', 'stuck'].map((name) => ({
    name,
    password,
    shell: '/bin/bash',
  }));
  sshd = await startSshd({
    accounts: [...accounts, { name: 'shut', password, shell: '/usr/sbin/nologin' }],
    sudoers: [
      'free ALL=(ALL) NOPASSWD: ALL',
      'noisy ALL=(ALL) NOPASSWD: ALL',
      'ttyonly ALL=(ALL) NOPASSWD: ALL',
      'asked ALL=(ALL) ALL',
      'lectured ALL=(ALL) ALL',
      'Defaults:lectured lecture=always',
      'Defaults:ttyonly requiretty',
      'Defaults:asked use_pty',
    ],
  });
  writeFileSync(`${sshd.directory}/home_noisy/.bashrc`, 'echo welcome to this host; echo mind the step >&2\n');
  writeFileSync(`${sshd.directory}/home_stuck/.bashrc`, 'echo please wait >&2; sleep 3\n');
});

afterAll(async () => {
  await sshd?.stop();
});

/** Runs a program as another user. */
async function runAs(
  user: string,
  become: { user: string; password: Secret | null } | null,
  program: string,
): Promise<RunResult | Failure> {
  const host: HostConnection = sshd.connection({ user, become });
  const opened = await connect(host);
  if (!opened.ok) return opened.error;
  const result = await opened.value.run({ program, deadlineMs: 20_000, onLine: null });
  await opened.value.close();
  return result.ok ? result.value : result.error;
}

describe('becoming another user', () => {
  const root = { user: 'root', password: null };
  const rootWith = (text: string) => ({ user: 'root', password: secret(text) });
  const isRoot = { exitCode: 0, stdout: 'root /root\n', stderr: '' };
  const refused = (message: RegExp) => ({ kind: 'become', message: expect.stringMatching(message) });
  const cases: readonly { title: string; user: string; become: Parameters<typeof runAs>[1]; gives: object }[] = [
    { title: 'works where sudo asks nothing', user: 'free', become: root, gives: isRoot },
    { title: 'keeps what a login shell prints out of the output', user: 'noisy', become: root, gives: isRoot },
    { title: 'gives the password where sudo asks for it', user: 'asked', become: rootWith(password), gives: isRoot },
    {
      title: 'keeps a lecture and the prompt out of the output',
      user: 'lectured',
      become: rootWith(password),
      gives: isRoot,
    },
    {
      title: 'never sends the password where sudo asks nothing',
      user: 'free',
      become: rootWith('echo this would run as a command'),
      gives: isRoot,
    },
    { title: 'needs no sudo where the login user is the one', user: 'root', become: root, gives: isRoot },
    {
      title: 'needs no sudo where the login user is the one, whatever the password',
      user: 'root',
      become: rootWith('x'),
      gives: isRoot,
    },
    {
      title: 'may name a user other than root',
      user: 'free',
      become: { user: 'asked', password: null },
      gives: { exitCode: 0, stdout: expect.stringMatching(/^asked .*home_asked\n$/), stderr: '' },
    },
    {
      title: 'fails where sudo wants a password and there is none',
      user: 'asked',
      become: root,
      gives: refused(/^sudo wants a password for asked: give it by -K or ansible_become_password, or .*--sudoers/),
    },
    {
      title: 'fails at the first wrong password',
      user: 'asked',
      become: rootWith('wrong'),
      gives: refused(/^sudo refused the password of asked$/),
    },
    {
      title: 'fails where sudoers does not name the user',
      user: 'denied',
      become: rootWith(password),
      gives: refused(/^denied may not become root with sudo: .*not in the sudoers file/),
    },
    { title: 'fails where sudoers demands a terminal', user: 'ttyonly', become: root, gives: refused(/requiretty/) },
    {
      title: 'fails where there is no such user',
      user: 'free',
      become: { user: 'nosuchuser', password: null },
      gives: refused(/^the host has no user nosuchuser/),
    },
    {
      title: 'does not read a user name as a command',
      user: 'free',
      become: { user: '$(id)', password: null },
      gives: refused(/^the host has no user \$\(id\)/),
    },
    {
      title: 'fails where the login shell lets nobody in',
      user: 'shut',
      become: null,
      gives: {
        kind: 'protocol',
        message: expect.stringMatching(/^the login shell of shut ended with exit code 1 before it started sh/),
      },
    },
    {
      title: 'is not done where it is not asked for',
      user: 'noisy',
      become: null,
      gives: { exitCode: 0, stdout: expect.stringMatching(/^noisy .*home_noisy\n$/), stderr: '' },
    },
  ];
  for (const { title, user, become, gives } of cases) {
    it(title, async () => {
      const started = performance.now();
      const said = await runAs(user, become, 'echo "$(id -un) $HOME"');
      expect(said).toEqual(gives);
      expect(JSON.stringify(said)).not.toMatch(/correct horse|wrong|would run/);
      // pam_unix waits two seconds after each wrong password: more would mean more than one try.
      expect(performance.now() - started).toBeLessThan(5_000);
    });
  }

  it('fails where there is no sudo', async () => {
    const bin = mkdtempSync(join(tmpdir(), 'mlbroute-bin-'));
    chmodSync(bin, 0o755);
    for (const tool of ['env', 'sh']) symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
    const bare = await startSshd({
      accounts: [{ name: 'free', password: null, shell: '/bin/sh' }],
      config: [`SetEnv PATH=${bin}`],
    });
    try {
      const opened = await connect(bare.connection({ user: 'free', become: root }));
      if (!opened.ok) throw new Error(JSON.stringify(opened.error));
      const said = await opened.value.run({ program: 'true', deadlineMs: 5000, onLine: null });
      expect(said).toEqual({
        ok: false,
        error: refused(/^the host has no sudo that free can run: install it, or log in as root/),
      });
      await opened.value.close();
    } finally {
      await bare.stop();
      rmSync(bin, { recursive: true });
    }
  });

  it('fails where sudo never gets to an end', async () => {
    const hung = createConnect({
      homeDirectory: '/nonexistent',
      agentSocket: null,
      acceptNew: false,
      deadlines: { shellMs: 500 },
    });
    const opened = await hung(sshd.connection({ user: 'stuck', become: root }));
    if (!opened.ok) throw new Error(JSON.stringify(opened.error));
    const said = await opened.value.run({ program: 'true', deadlineMs: 5000, onLine: null });
    expect(said).toEqual({
      ok: false,
      error: { kind: 'timeout', message: 'no shell was ready for root; the host said "please wait"', afterMs: 500 },
    });
    await opened.value.close();
  });
});
