import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostConnection, secret } from '../../src/domain/host.ts';
import { openKey } from '../../src/transport/agents.ts';
import { opensForSsh } from '../../src/transport/askpass.ts';
import { createConnect } from '../../src/transport/connect.ts';
import { clearPublicHalf, createUnlock } from '../../src/transport/locked-key.ts';
import { makeKey, type Sshd, startSshd } from './sshd.ts';

const types = ['ed25519', 'ecdsa', 'rsa'] as const;
let scratch: string;
let sshd: Sshd;
const file = (name: string) => join(scratch, name);

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'mlbroute-locked-'));
  for (const type of types) makeKey(file(type), type, 'open sesame');
  makeKey(file('stranger'), 'ed25519', 'open sesame');
  // The form of before OpenSSH 7.8, whose public half is only in the file beside it.
  makeKey(file('pem'), 'rsa');
  execFileSync('ssh-keygen', ['-q', '-p', '-m', 'PEM', '-P', '', '-N', 'open sesame', '-f', file('pem')]);
  sshd = await startSshd();
  const known = [...types, 'pem'].map((name) => readFileSync(`${file(name)}.pub`, 'utf8'));
  writeFileSync(join(sshd.directory, 'authorized_keys'), known.join(''));
});
afterAll(async () => {
  await sshd.stop();
  rmSync(scratch, { recursive: true, force: true });
});

type Transport = 'ssh2' | 'openssh';

/** Connects by keys, with somebody at hand who answers each question by the next of these; null: walks away. */
function connectAs(
  transport: Transport,
  answers: readonly (string | null)[],
  options: { isHurried?: boolean; thinksMs?: number } = {},
) {
  const asked: string[] = [];
  const ask = async (question: string) => {
    await sleep(options.thinksMs ?? 0);
    const answer = answers[asked.length] ?? null;
    asked.push(question);
    return answer === null ? null : secret(answer);
  };
  const unlock = createUnlock(ask, { open: openKey, opensForSsh });
  const deadlines = options.isHurried === true ? { tcpMs: 1000, handshakeMs: 1500, authMs: 1500 } : {};
  const connect = createConnect({ homeDirectory: scratch, agentSocket: null, acceptNew: false, unlock, deadlines });
  const login = async (...names: readonly string[]) => {
    const session = await connect(hostWith(transport, names));
    if (!session.ok) return `${session.error.kind}: ${'message' in session.error ? session.error.message : ''}`;
    const ran = await session.value.run({ program: 'echo in', deadlineMs: 10_000, onLine: null });
    await session.value.close();
    return ran.ok ? ran.value.stdout.trim() : 'lost';
  };
  return { asked, login };
}

function hostWith(transport: Transport, names: readonly string[], server = sshd): HostConnection {
  if (transport === 'ssh2') return server.connection({ privateKeyFiles: names.map(file) });
  const config = [
    ...names.map((name) => `IdentityFile=${file(name)}`),
    ...['IdentitiesOnly=yes', 'IdentityAgent=none', 'User=root'],
    ...[`Port=${server.port}`, `UserKnownHostsFile=${server.knownHostsFile}`],
  ];
  return server.connection({
    transport: { kind: 'openssh', because: 'the test says so' },
    sshArguments: ['-F', 'none', ...config.flatMap((option) => ['-o', option])],
  });
}

describe.each(['ssh2', 'openssh'] as const)('by %s, an encrypted key', (by) => {
  it.each([...types, 'pem'])('of the type %s is opened by its passphrase', async (name) => {
    const { asked, login } = connectAs(by, ['open sesame']);
    expect(await login(name)).toBe('in');
    expect(asked).toEqual([`Passphrase of ${file(name)}`]);
  });

  it('is asked for once, however many hosts wait for it', async () => {
    const { asked, login } = connectAs(by, ['open sesame'], { thinksMs: 100 });
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(() => login('ed25519')))).toEqual(['in', 'in', 'in', 'in']);
    expect(asked).toHaveLength(1);
  });

  it('is not asked for where the host does not know it, nor where another key comes first', async () => {
    const { asked, login } = connectAs(by, ['open sesame']);
    expect(await login('stranger', 'ecdsa')).toBe('in');
    expect(asked).toEqual([`Passphrase of ${file('ecdsa')}`]);
  });

  it('is asked for three times at most, and then told of', async () => {
    const { asked, login } = connectAs(by, ['a', 'b', 'c', 'open sesame']);
    expect(await login('ed25519')).toMatch(/^auth: .*ed25519: the passphrase was wrong/);
    expect(asked).toEqual([
      `Passphrase of ${file('ed25519')}`,
      `That is not it. Passphrase of ${file('ed25519')}`,
      `That is not it. Passphrase of ${file('ed25519')}`,
    ]);
    // Nor again for the next host.
    expect(await login('ed25519')).toMatch(/^auth: /);
    expect(asked).toHaveLength(3);
  });

  it('lets the next key have its turn where nobody answers', async () => {
    const { login } = connectAs(by, [null, 'open sesame']);
    expect(await login('ed25519', 'rsa')).toBe('in');
  });

  it('waits for a person longer than for a host', async () => {
    const { login } = connectAs(by, ['open sesame'], { isHurried: true, thinksMs: 5000 });
    expect(await login('ed25519')).toBe('in');
  });

  it('has no password tried in its place', async () => {
    const asking = await startSshd({ config: ['PasswordAuthentication yes'] });
    try {
      const { login } = connectAs(by, [null]);
      const unlock = createUnlock(async () => null, { open: openKey, opensForSsh });
      const connect = createConnect({ homeDirectory: scratch, agentSocket: null, acceptNew: false, unlock });
      expect(await connect(hostWith(by, ['stranger'], asking))).toMatchObject({ ok: false, error: { kind: 'auth' } });
      expect(asking.log()).not.toMatch(/Failed password/);
      expect(await login('ed25519')).toMatch(/^auth: .*no passphrase was typed/);
    } finally {
      await asking.stop();
    }
  });
});

it('by ssh2, an encrypted key needs an agent where nobody can be asked', async () => {
  const connect = createConnect({ homeDirectory: scratch, agentSocket: null, acceptNew: false });
  const session = await connect(sshd.connection({ privateKeyFiles: [file('ed25519')] }));
  expect(!session.ok && session.error).toMatchObject({
    kind: 'auth',
    message: expect.stringContaining(
      'is encrypted and there is no agent to sign with it: add it to an agent with `ssh-add',
    ),
  });
});

it('by openssh, the passphrase of a jump host is asked for too', async () => {
  const inner = await startSshd();
  writeFileSync(join(inner.directory, 'authorized_keys'), readFileSync(`${file('ed25519')}.pub`));
  try {
    const asked: string[] = [];
    const unlock = createUnlock(
      async (question) => {
        asked.push(question);
        return secret('open sesame');
      },
      { open: openKey, opensForSsh },
    );
    const config = join(scratch, 'config');
    const usual = `User root\nIdentitiesOnly yes\nIdentityAgent none\nUserKnownHostsFile ${sshd.knownHostsFile} ${inner.knownHostsFile}\nHostName 127.0.0.1`;
    writeFileSync(
      config,
      `Host jump\nPort ${sshd.port}\nIdentityFile ${file('rsa')}\n${usual}\nHost inner\nPort ${inner.port}\nIdentityFile ${file('ed25519')}\nProxyJump jump\n${usual}\n`,
    );
    const connect = createConnect({ homeDirectory: scratch, agentSocket: null, acceptNew: false, unlock });
    const session = await connect(
      inner.connection({
        address: 'inner',
        transport: { kind: 'openssh', because: 'the test says so' },
        sshArguments: ['-F', config],
      }),
    );
    expect(session).toMatchObject({ ok: true });
    if (session.ok) await session.value.close();
    expect(asked).toEqual([`Passphrase of ${file('rsa')}`, `Passphrase of ${file('ed25519')}`]);
  } finally {
    await inner.stop();
  }
});

describe('ssh itself', () => {
  it('says whether a passphrase opens a key', async () => {
    expect(await opensForSsh(file('ed25519'), secret('open sesame'))).toBe(true);
    expect(await opensForSsh(file('ed25519'), secret('close sesame'))).toBe(false);
    expect(await opensForSsh(file('nothing'), secret('open sesame'))).toBe(false);
  });
});

describe('the public half in clear', () => {
  it.each(types)('of %s is that of the file beside it', (type) => {
    const beside = readFileSync(`${file(type)}.pub`, 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
    expect(clearPublicHalf(readFileSync(file(type)))).toBe(beside);
  });

  it('is not there in other files, nor in broken ones', () => {
    const whole = readFileSync(file('rsa'), 'latin1');
    const [head = '', ...lines] = whole.split('\n');
    expect(clearPublicHalf(readFileSync(file('pem')))).toBeNull();
    for (const count of [0, 1, 2, 3])
      expect(clearPublicHalf(Buffer.from([head, ...lines.slice(0, count), '-----END'].join('\n')))).toBeNull();
    expect(clearPublicHalf(Buffer.from(''))).toBeNull();
  });
});
