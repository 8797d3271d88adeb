import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostConnection, secret } from '../../src/domain/host.ts';
import type { Failure } from '../../src/domain/outcome.ts';
import { createConnect } from '../../src/transport/connect.ts';
import type { Session } from '../../src/transport/session.ts';
import { makeKey, type Sshd, startSshd } from './sshd.ts';

const password = 'open sesame';
const accounts = [{ name: 'alice', password, shell: '/bin/bash' }];
let keys: Sshd;
let passwords: Sshd;
let certificates: Sshd;
let scratch: string;
const path = (name: string) => join(scratch, name);

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'mlbroute-openssh-'));
  makeKey(path('ca'), 'ed25519');
  makeKey(path('user'), 'ed25519');
  makeKey(path('stranger'), 'ed25519');
  execFileSync('ssh-keygen', ['-q', '-s', path('ca'), '-I', 'test', '-n', 'root', path('user.pub')]);
  copyFileSync('/dev/null', path('empty'));
  keys = await startSshd({ accounts, config: ['PasswordAuthentication no'] });
  passwords = await startSshd({ accounts, config: ['PubkeyAuthentication no', 'PasswordAuthentication yes'] });
  certificates = await startSshd({
    config: [`TrustedUserCAKeys ${path('ca.pub')}`, `AuthorizedKeysFile ${path('empty')}`],
  });
});

afterAll(async () => {
  for (const server of [keys, passwords, certificates]) await server?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** A host as the system's ssh reaches it, with a configuration file of its own. */
function through(server: Sshd, lines: readonly string[], different: Partial<HostConnection> = {}): HostConnection {
  const file = path(`config-${Math.random().toString(36).slice(2)}`);
  const known = `UserKnownHostsFile ${server.knownHostsFile} ${keys.knownHostsFile}`;
  writeFileSync(file, [...lines, 'Host *', known, `IdentityFile ${keys.keyFile}`, 'IdentitiesOnly yes', ''].join('\n'));
  const args = ['-F', file, '-o', `Port=${server.port}`, '-o', `User=${different.user ?? 'root'}`];
  return server.connection({
    transport: { kind: 'openssh', because: 'the test says so' },
    sshArguments: args,
    ...different,
  });
}

function open(host: HostConnection) {
  const options = { homeDirectory: scratch, agentSocket: null, acceptNew: false, attempts: 1 };
  return createConnect(options)(host);
}

const run = (session: Session, program: string) => session.run({ program, deadlineMs: 60_000, onLine: null });

async function whoami(host: HostConnection): Promise<string | Failure> {
  const opened = await open(host);
  if (!opened.ok) return opened.error;
  const result = await run(opened.value, 'id -un');
  await opened.value.close();
  return result.ok ? result.value.stdout.trim() : result.error;
}

describe('logging in with the system ssh', () => {
  type Case = { title: string; host: () => HostConnection; gives: string | object };
  const cases: readonly Case[] = [
    { title: 'works with a key', host: () => through(keys, []), gives: 'root' },
    {
      title: 'works with a user certificate',
      host: () =>
        through(certificates, [
          'Host *',
          `IdentityFile ${path('user')}`,
          `CertificateFile ${path('user-cert.pub')}`,
          'ControlMaster auto',
          `ControlPath ${path('shared')}`,
        ]),
      gives: 'root',
    },
    {
      title: 'works with a password',
      host: () => through(passwords, [], { user: 'alice', password: secret(password) }),
      gives: 'alice',
    },
    {
      title: 'refuses a wrong password without telling it',
      host: () => through(passwords, [], { user: 'alice', password: secret('guess') }),
      gives: { kind: 'auth', message: expect.not.stringContaining('guess') },
    },
    {
      title: 'refuses a strange key and says by what ssh',
      host: () => through(certificates, []),
      gives: {
        kind: 'auth',
        message: expect.stringMatching(/with the system's ssh \(the test says so\): .*Permission denied/),
      },
    },
    {
      title: 'refuses an unknown host key',
      host: () => through(keys, ['Host *', 'UserKnownHostsFile /dev/null']),
      gives: { kind: 'host-key', message: expect.stringContaining('Host key verification failed') },
    },
    {
      title: 'does not take the answer to the question for a password as a yes to an unknown host key',
      host: () =>
        through(passwords, ['Host *', 'UserKnownHostsFile /dev/null'], { user: 'alice', password: secret('yes') }),
      gives: { kind: 'host-key' },
    },
    {
      title: 'refuses a configuration that makes no sense, for good',
      host: () => through(keys, ['Nonsense yes']),
      gives: { kind: 'connect', isTransient: false, message: expect.stringContaining('nonsense') },
    },
    {
      title: 'refuses such a configuration with a password, too',
      host: () => through(passwords, ['Nonsense yes'], { user: 'alice', password: secret(password) }),
      gives: { kind: 'connect', isTransient: false, message: expect.stringContaining('nonsense') },
    },
    {
      title: 'goes through a jump host',
      host: () =>
        through(certificates, [
          `IdentityFile ${path('user')}`,
          'Host bastion',
          'HostName 127.0.0.1',
          `Port ${keys.port}`,
          'User root',
          'Match originalhost 127.0.0.1',
          'ProxyJump bastion',
        ]),
      gives: 'root',
    },
  ];
  for (const { title, host, gives } of cases)
    it(title, async () => {
      expect(await whoami(host())).toEqual(typeof gives === 'string' ? gives : expect.objectContaining(gives));
    });

  it('never gives the password of a host to its jump host', async () => {
    // Takes alice's password too, so that whoever offered it there would get in.
    writeFileSync(path('jump-known'), `jump ${hostKeyOf(passwords)}\n`);
    const bastion = ['HostName 127.0.0.1', `Port ${passwords.port}`, 'User alice', 'HostKeyAlias jump'];
    const host = through(
      passwords,
      ['Host bastion', ...bastion, `UserKnownHostsFile ${path('jump-known')}`, 'Host 127.0.0.1', 'ProxyJump bastion'],
      { user: 'alice', password: secret(password) },
    );
    const before = passwords.log().length;
    expect(await whoami(host)).toMatchObject({ kind: expect.stringMatching(/auth|connect/) });
    expect(passwords.log().slice(before)).toContain('Connection from');
    expect(passwords.log().slice(before)).not.toContain('Accepted password');
  });
});

function hostKeyOf(server: Sshd): string {
  return readFileSync(join(server.directory, 'host_ed25519.pub'), 'utf8').trim();
}

describe('a session of the system ssh', () => {
  const accepted = (log: string) => log.split('Accepted publickey').length - 1;

  it('holds one connection for all its programs, and shares it with no other session', async () => {
    const before = accepted(keys.log());
    const shared = ['Host *', 'ControlMaster auto', `ControlPath ${path('shared-too')}`, 'ControlPersist 60'];
    const first = await open(through(keys, shared));
    const second = await open(through(keys, shared));
    if (!first.ok || !second.ok) throw new Error('no session');
    const answers = await Promise.all([1, 2, 3].map((n) => run(first.value, `echo ${n}; echo no >&2; exit ${n}`)));
    expect(answers).toEqual(
      [1, 2, 3].map((n) => ({ ok: true, value: { exitCode: n, stdout: `${n}\n`, stderr: 'no\n' } })),
    );
    await first.value.close();
    expect(await run(second.value, 'echo here')).toMatchObject({ ok: true, value: { stdout: 'here\n' } });
    await second.value.close();
    expect(accepted(keys.log()) - before).toBe(2);
  });

  it('carries a program of two megabytes whole', async () => {
    const opened = await open(through(keys, []));
    if (!opened.ok) throw new Error(opened.error.kind);
    const result = await run(opened.value, `cat <<'END' | wc -c\n${'x'.repeat(2_000_000)}\nEND\n`);
    await opened.value.close();
    expect(result).toMatchObject({ ok: true, value: { stdout: '2000001\n' } });
  });

  it('tells a lost connection from a program that fails', async () => {
    const opened = await open(through(keys, []));
    if (!opened.ok) throw new Error(opened.error.kind);
    expect(await run(opened.value, 'exit 255')).toMatchObject({ ok: true, value: { exitCode: 255 } });
    const lost = run(opened.value, 'echo before; sleep 60');
    for (const pid of keys.sessionPids()) process.kill(pid, 'SIGKILL');
    expect(await lost).toMatchObject({ ok: false, error: { kind: 'connection-lost' } });
    expect(await run(opened.value, 'true')).toMatchObject({ ok: false, error: { kind: 'connection-lost' } });
    await opened.value.close();
  });
});
