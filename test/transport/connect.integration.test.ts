import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostConnection, secret } from '../../src/domain/host.ts';
import type { Failure } from '../../src/domain/outcome.ts';
import { type ConnectOptions, createConnect } from '../../src/transport/connect.ts';
import { freePort, makeKey, type Sshd, startSshd } from './sshd.ts';

let sshd: Sshd;
let scratch: string;
let agent: { socket: string; process: ChildProcess };

const path = (name: string) => join(scratch, name);

/** Logs in, runs `id -un`, and gives its answer; or gives the failure. */
/** Without what a failure has in common with those of other hosts. */
async function whoami(host: HostConnection, options: Partial<ConnectOptions> = {}): Promise<string | Failure> {
  const said = await wordOf(host, options);
  if (typeof said === 'string' || !('common' in said)) return said;
  const { common: _, ...own } = said;
  return own;
}

async function wordOf(host: HostConnection, options: Partial<ConnectOptions> = {}): Promise<string | Failure> {
  const connect = createConnect({
    homeDirectory: scratch,
    agentSocket: null,
    acceptNew: false,
    attempts: 1,
    ...options,
  });
  const opened = await connect(host);
  if (!opened.ok) return opened.error;
  const result = await opened.value.run({ program: 'id -un', deadlineMs: 20_000, onLine: null });
  await opened.value.close();
  return result.ok ? result.value.stdout.trim() : result.error;
}

async function startAgent(): Promise<typeof agent> {
  const socket = path('agent');
  const process = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => process.stdout.once('data', resolve));
  return { socket, process };
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'mlbroute-connect-'));
  sshd = await startSshd({
    hostKeyTypes: ['ed25519', 'ecdsa', 'rsa'],
    accounts: [{ name: 'alice', password: 'open sesame', shell: '/bin/bash' }],
  });
  makeKey(path('stranger'), 'ed25519');
  makeKey(path('locked'), 'ed25519', 'passphrase');
  makeKey(path('accepted_rsa'), 'rsa');
  appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(path('locked.pub')));
  appendFileSync(join(sshd.directory, 'authorized_keys'), readFileSync(path('accepted_rsa.pub')));
  writeFileSync(path('not_a_key'), 'hello\n');
  agent = await startAgent();
  execFileSync('ssh-add', ['-q', sshd.keyFile], { env: { ...process.env, SSH_AUTH_SOCK: agent.socket } });
});

afterAll(async () => {
  agent?.process.kill();
  await sshd?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

describe('logging in', () => {
  type Case = {
    title: string;
    host: () => Partial<HostConnection>;
    options?: () => Partial<ConnectOptions>;
    gives: string | (() => object);
  };
  const withAgent = () => ({ agentSocket: agent.socket });
  const auth = (...parts: string[]) => ({ kind: 'auth', message: expect.stringMatching(new RegExp(parts.join('.*'))) });
  const cases: readonly Case[] = [
    { title: 'works with a key file', host: () => ({}), gives: 'root' },
    {
      title: 'works with an RSA key, without SHA-1',
      host: () => ({ privateKeyFiles: [path('accepted_rsa')] }),
      gives: 'root',
    },
    {
      title: 'tries key files in order',
      host: () => ({ privateKeyFiles: [path('stranger'), sshd.keyFile] }),
      gives: 'root',
    },
    {
      title: 'works with a key of the agent',
      host: () => ({ privateKeyFiles: [path('stranger')], identitiesOnly: false }),
      options: withAgent,
      gives: 'root',
    },
    {
      title: 'asks the agent for the key of a public key file',
      host: () => ({ privateKeyFiles: [`${sshd.keyFile}.pub`] }),
      options: withAgent,
      gives: 'root',
    },
    {
      title: 'works with a password',
      host: () => ({ user: 'alice', privateKeyFiles: [path('stranger')], password: secret('open sesame') }),
      gives: 'alice',
    },
    {
      title: 'tells what was tried',
      host: () => ({ privateKeyFiles: [path('stranger')] }),
      gives: () => auth('root could not log in at 127', 'stranger: refused', 'no password set'),
    },
    {
      title: 'does not ask the agent when only the named keys may be used',
      host: () => ({ privateKeyFiles: [path('stranger')] }),
      options: withAgent,
      gives: () => auth('stranger: refused; no password set$'),
    },
    {
      title: 'refuses a wrong password without telling it',
      host: () => ({ user: 'alice', privateKeyFiles: [path('stranger')], password: secret('guess') }),
      gives: () => auth('stranger: refused; password: refused'),
    },
    {
      title: 'names an encrypted key and the way out',
      host: () => ({ privateKeyFiles: [path('locked')] }),
      gives: () => auth('locked: is encrypted and there is no agent', 'ssh-add'),
    },
    {
      title: 'says that the agent does not hold an encrypted key',
      host: () => ({ privateKeyFiles: [path('locked')] }),
      options: withAgent,
      gives: () => auth('locked .is encrypted. through the agent: it holds no such key'),
    },
    {
      title: 'names a key file that is not there',
      host: () => ({ privateKeyFiles: [path('nowhere')] }),
      gives: () => auth('nowhere: no such file'),
    },
    {
      title: 'names a file that is no key',
      host: () => ({ privateKeyFiles: [path('not_a_key')] }),
      gives: () => auth('not_a_key: neither a private nor a public key'),
    },
    {
      title: 'says that no default key is there, and what to do',
      host: () => ({ privateKeyFiles: [] }),
      gives: () =>
        auth(
          'nothing to log in with as root: no key in ~/.ssh .id_ed25519, id_ecdsa, id_rsa.; no password set: -k asks for a password, and mlbroute bootstrap -k',
        ),
    },
    {
      title: 'goes on when the agent is gone',
      host: () => ({ identitiesOnly: false, privateKeyFiles: [path('stranger')] }),
      options: () => ({ agentSocket: path('no_agent') }),
      gives: () => auth('agent: Failed to connect to agent'),
    },
  ];
  for (const { title, host, options, gives } of cases) {
    it(title, async () => {
      const said = await whoami(sshd.connection(host()), options?.());
      expect(said).toEqual(typeof gives === 'string' ? gives : gives());
      expect(JSON.stringify(said)).not.toMatch(/guess|sesame/);
    });
  }

  it('answers with the password where PAM only asks questions', async () => {
    const asking = await startSshd({
      config: ['UsePAM yes', 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes'],
      accounts: [{ name: 'alice', password: 'open sesame', shell: '/bin/sh' }],
    });
    try {
      const host = { user: 'alice', privateKeyFiles: [path('stranger')], password: secret('open sesame') };
      expect(await whoami(asking.connection(host))).toBe('alice');
    } finally {
      await asking.stop();
    }
  });

  it('goes through key and password where a server wants both', async () => {
    const both = await startSshd({
      config: ['AuthenticationMethods publickey,password'],
      accounts: [{ name: 'alice', password: 'open sesame', shell: '/bin/sh' }],
    });
    try {
      expect(await whoami(both.connection({ user: 'alice', password: secret('open sesame') }))).toBe('alice');
      expect(await whoami(both.connection({ user: 'alice' }))).toEqual(auth('id: accepted, but not enough'));
    } finally {
      await both.stop();
    }
  });

  it('gets one key in before a server that allows one try hangs up', async () => {
    const strict = await startSshd({ config: ['MaxAuthTries 1'] });
    try {
      const two = { privateKeyFiles: [path('stranger'), strict.keyFile] };
      expect(await whoami(strict.connection({ identitiesOnly: false }), { agentSocket: agent.socket })).toBe('root');
      expect(await whoami(strict.connection(two))).toEqual(
        auth('Too many authentication failures', 'stranger: no answer; no password set$'),
      );
    } finally {
      await strict.stop();
    }
  });
});

describe('the host key', () => {
  const lineOf = (type: string) =>
    readFileSync(sshd.knownHostsFile, 'utf8')
      .split('\n')
      .find((line) => line.includes(type)) ?? '';
  const strange = (type: 'ed25519' | 'ecdsa' | 'rsa') => {
    const file = path(`host_${type}_${Math.random()}`);
    makeKey(file, type);
    return readFileSync(`${file}.pub`, 'utf8').trim();
  };
  const name = () => `[127.0.0.1]:${sshd.port}`;
  const cases: readonly { title: string; known: () => string; gives: string | RegExp }[] = [
    { title: 'known as ed25519 is accepted', known: () => lineOf('ssh-ed25519'), gives: 'root' },
    { title: 'known as ECDSA only is accepted', known: () => lineOf('ecdsa'), gives: 'root' },
    { title: 'known as RSA only is accepted', known: () => lineOf('ssh-rsa'), gives: 'root' },
    {
      title: 'known among others is accepted',
      known: () => `${name()} ${strange('ed25519')}\n${lineOf('ssh-ed25519')}`,
      gives: 'root',
    },
    {
      title: 'known by the bare address is accepted',
      known: () => lineOf('ssh-ed25519').replace(name(), '127.0.0.1'),
      gives: 'root',
    },
    {
      title: 'unknown is refused with its fingerprint and the way out',
      known: () => '',
      gives:
        /^\[127\.0\.0\.1\]:\d+ is not in known_hosts and shows ssh-ed25519 SHA256:\S{43}\..*--accept-new.*ssh-keyscan -p \d+ 127/,
    },
    {
      title: 'unknown at that port, with another key at the bare address, is not taken for changed',
      known: () => `127.0.0.1 ${strange('ed25519')}`,
      gives: /is not in known_hosts/,
    },
    {
      title: 'changed is refused with the place of the old one',
      known: () => `# a comment\n${name()} ${strange('ed25519')}`,
      gives:
        /HAS CHANGED: known is ssh-ed25519 SHA256:\S+ \(.*known:2\), shown is ssh-ed25519 SHA256.*ssh-keygen -f .*known -R '\[127/,
    },
    {
      title: 'revoked is refused, though it is known too',
      known: () => `${lineOf('ssh-ed25519')}\n@revoked ${lineOf('ssh-ed25519')}`,
      gives: /IS REVOKED in .*known:2/,
    },
    {
      title: 'behind a certificate authority is refused, and says so',
      known: () => `@cert-authority ${name()} ${strange('ed25519')}`,
      gives: /known:1 trusts host certificates, which only ssh itself can check: --transport openssh/,
    },
  ];
  for (const { title, known, gives } of cases) {
    it(title, async () => {
      writeFileSync(path('known'), known());
      const said = await whoami(sshd.connection({ knownHostsFiles: [path('known')] }));
      expect(said).toEqual(
        typeof gives === 'string' ? gives : { kind: 'host-key', message: expect.stringMatching(gives) },
      );
    });
  }

  it('that ssh-keygen hashed is accepted', async () => {
    writeFileSync(path('hashed'), readFileSync(sshd.knownHostsFile));
    execFileSync('ssh-keygen', ['-q', '-H', '-f', path('hashed')], { stdio: 'ignore' });
    expect(readFileSync(path('hashed'), 'utf8')).toMatch(/^\|1\|/);
    expect(await whoami(sshd.connection({ knownHostsFiles: [path('hashed')] }))).toBe('root');
  });

  it('is shown with the fingerprint that ssh-keygen shows', async () => {
    const [, print] = execFileSync('ssh-keygen', ['-lf', join(sshd.directory, 'host_ed25519.pub')], {
      encoding: 'utf8',
    }).split(' ');
    const said = await whoami(sshd.connection({ knownHostsFiles: [path('nowhere')] }));
    expect(JSON.stringify(said)).toContain(`ssh-ed25519 ${print}.`);
  });

  it('is pinned once by many connections at once, and then known to a strict check and to ssh', async () => {
    const home = path('home');
    const host = sshd.connection({ knownHostsFiles: null, hostKeyChecking: 'accept-new' });
    expect(
      await Promise.all(Array.from({ length: 6 }, () => whoami(host, { homeDirectory: home, attempts: 10 }))),
    ).toEqual(Array(6).fill('root'));
    const file = join(home, '.ssh', 'known_hosts');
    expect(readFileSync(file, 'utf8')).toBe(`${lineOf('ssh-ed25519').split(' ').slice(0, 3).join(' ')}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, '.ssh')).mode & 0o777).toBe(0o700);
    expect(await whoami({ ...host, hostKeyChecking: 'strict' }, { homeDirectory: home })).toBe('root');
    const ssh = [
      '-p',
      String(sshd.port),
      '-i',
      sshd.keyFile,
      '-o',
      `UserKnownHostsFile=${file}`,
      '-o',
      'StrictHostKeyChecking=yes',
      'root@127.0.0.1',
      'id -un',
    ];
    expect(execFileSync('ssh', ssh, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })).toBe('root\n');
  });

  it('is pinned after a file without a last newline, when the run allows it', async () => {
    writeFileSync(path('open_end'), 'other.example ssh-ed25519 AAAA');
    const host = sshd.connection({ knownHostsFiles: [path('open_end')] });
    expect(await whoami(host, { acceptNew: true })).toBe('root');
    expect(readFileSync(path('open_end'), 'utf8').split('\n')).toEqual([
      'other.example ssh-ed25519 AAAA',
      expect.stringMatching(/^\[127/),
      '',
    ]);
  });

  it('that changed is refused by accept-new too, also when only its type is new, and the file stays as it is', async () => {
    for (const type of ['ed25519', 'rsa'] as const) {
      const known = `${name()} ${strange(type)}\n`;
      writeFileSync(path('known'), known);
      const host = sshd.connection({ knownHostsFiles: [path('known')], hostKeyChecking: 'accept-new' });
      expect(await whoami(host, { acceptNew: true })).toMatchObject({
        kind: 'host-key',
        message: expect.stringContaining('HAS CHANGED'),
      });
      expect(readFileSync(path('known'), 'utf8')).toBe(known);
    }
  });

  it('cannot be pinned where the file cannot be written, which is told', async () => {
    symlinkSync('/proc/nowhere', path('unwritable'));
    const host = sshd.connection({ knownHostsFiles: [path('unwritable')], hostKeyChecking: 'accept-new' });
    expect(await whoami(host)).toEqual({
      kind: 'host-key',
      message: expect.stringMatching(/^the key of 127\.0\.0\.1:\d+ could not be checked: ENOENT.*unwritable/),
    });
  });

  it('is not checked against a file that cannot be read, which is told', async () => {
    expect(await whoami(sshd.connection({ knownHostsFiles: [scratch] }))).toEqual({
      kind: 'host-key',
      message: expect.stringMatching(/^known hosts cannot be read: EISDIR/),
    });
  });

  it('is not asked for when the check is off', async () => {
    writeFileSync(path('known'), `${name()} ${strange('ed25519')}\n`);
    expect(await whoami(sshd.connection({ knownHostsFiles: [path('known')], hostKeyChecking: 'off' }))).toBe('root');
  });
});

describe('the way to a host', () => {
  it('may be a proxy command', async () => {
    const proxyCommand = 'socat - TCP:%h:%p';
    expect(await whoami(sshd.connection({ proxyCommand }))).toBe('root');
  });

  it('carries much through a proxy command, both ways', async () => {
    const connect = createConnect({ homeDirectory: scratch, agentSocket: null, acceptNew: false });
    const opened = await connect(sshd.connection({ proxyCommand: 'socat - TCP:%h:%p' }));
    if (!opened.ok) throw new Error(JSON.stringify(opened.error));
    const text = 'x'.repeat(5_000_000);
    const result = await opened.value.run({ program: `cat <<'E'\n${text}\nE\n`, deadlineMs: 30_000, onLine: null });
    expect(result.ok && result.value.stdout.length).toBe(5_000_001);
    await opened.value.close();
  });

  it('may be another sshd, as with ProxyJump', async () => {
    const known = `-o UserKnownHostsFile=${sshd.knownHostsFile}`;
    const proxyCommand = `ssh -q -i ${sshd.keyFile} ${known} -o IdentitiesOnly=yes -W %h:%p -p ${sshd.port} %r@127.0.0.1`;
    expect(await whoami(sshd.connection({ proxyCommand }))).toBe('root');
  });

  const broken: readonly { title: string; host: Partial<HostConnection>; failure: object }[] = [
    {
      title: 'tells what a proxy command said when it fails',
      host: { proxyCommand: 'sh -c "echo no way through >&2; exit 3"' },
      failure: {
        kind: 'connect',
        message: expect.stringMatching(/proxy command ".*" ended with 3 and said "no way through"/),
        isTransient: true,
      },
    },
    {
      title: 'tells that a proxy command does not exist',
      host: { proxyCommand: 'nosuchproxy %h' },
      failure: {
        kind: 'connect',
        message: expect.stringMatching(/ended with 127 and said ".*nosuchproxy: not found"/),
        isTransient: true,
      },
    },
    {
      title: 'refuses a proxy command with a token it does not know',
      host: { proxyCommand: 'nc %z %p' },
      failure: { kind: 'connect', message: expect.stringContaining('"%z" is not one of'), isTransient: false },
    },
    {
      title: 'tells a name that does not exist from a host that is down',
      host: { address: 'nosuchhost.invalid' },
      failure: {
        kind: 'connect',
        message: expect.stringMatching(/^nosuchhost\.invalid:\d+: /),
        isTransient: expect.any(Boolean),
      },
    },
  ];
  for (const { title, host, failure } of broken) {
    it(title, async () => {
      expect(await whoami(sshd.connection(host))).toEqual(failure);
    });
  }

  it('tells that nothing listens', async () => {
    const port = await freePort();
    expect(await whoami(sshd.connection({ port }))).toEqual({
      kind: 'connect',
      message: `127.0.0.1:${port}: connection refused: nothing listens there (ECONNREFUSED)`,
      isTransient: true,
    });
  });
});

describe('trouble that many hosts have', () => {
  const common = async (host: HostConnection, options: Partial<ConnectOptions> = {}) => {
    const said = await wordOf(host, options);
    if (typeof said === 'string' || !('common' in said)) throw new Error(`nothing in common: ${JSON.stringify(said)}`);
    expect(said.message).toContain(host.address);
    return said.common;
  };

  it.each<[string, () => Promise<Partial<HostConnection>>, RegExp]>([
    ['nothing that listens', async () => ({ port: await freePort() }), /^connection refused/],
    ['a key that is refused', async () => ({ privateKeyFiles: [path('stranger')] }), /^root could not log in: key /],
    [
      'an unknown key',
      async () => ({ knownHostsFiles: [path('nowhere')] }),
      /^not in known_hosts: mlbroute bootstrap /,
    ],
    [
      'a proxy command',
      async () => ({ proxyCommand: 'nosuchproxy %h' }),
      /proxy command "nosuchproxy %h" ended with 127/,
    ],
  ])('is told without addresses: %s', async (_, parts, expected) => {
    const said = await common(sshd.connection(await parts()));
    expect(said).toMatch(expected);
    expect(said).not.toContain('127.0.0.1');
  });
});

describe('a host that does not speak SSH in time', () => {
  const servers: Server[] = [];
  const listen = async (onConnection: (socket: import('node:net').Socket) => void): Promise<number> => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      onConnection(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  };
  afterAll(() => {
    for (const server of servers) server.close();
  });

  it('is given up when it stays silent', async () => {
    const port = await listen(() => {});
    const started = performance.now();
    expect(await whoami(sshd.connection({ port }), { deadlines: { handshakeMs: 200 } })).toEqual({
      kind: 'timeout',
      message: `127.0.0.1:${port}: no SSH greeting and key exchange`,
      afterMs: 200,
    });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('is given up when it stays silent behind a proxy, which ends too', async () => {
    const said = await whoami(sshd.connection({ proxyCommand: 'sleep 3333', connectTimeoutMs: 200 }));
    expect(said).toMatchObject({ kind: 'timeout', afterMs: 200 });
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('sleep 3333');
  });

  it('is given up when the login does not end', async () => {
    expect(await whoami(sshd.connection(), { deadlines: { authMs: 1 } })).toEqual({
      kind: 'timeout',
      message: `127.0.0.1:${sshd.port}: login as root did not end`,
      afterMs: 1,
    });
  });

  it('is given up when it opens no channel', async () => {
    expect(await whoami(sshd.connection(), { deadlines: { channelMs: 1 } })).toEqual({
      kind: 'timeout',
      message: 'the host opened no channel',
      afterMs: 1,
    });
  });

  it('is no passing trouble when it speaks only algorithms that ssh2 has not', async () => {
    const modern = await startSshd({ config: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] });
    try {
      expect(await whoami(modern.connection())).toEqual({
        kind: 'connect',
        message: expect.stringMatching(/no matching key exchange algorithm/),
        isTransient: false,
      });
    } finally {
      await modern.stop();
    }
  });

  it('is named when it speaks something else', async () => {
    const port = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await whoami(sshd.connection({ port }))).toMatchObject({
      kind: 'connect',
      message: expect.stringContaining(`127.0.0.1:${port}: `),
    });
  });

  it('is tried again when it hangs up at once, at growing random intervals, and then given up', async () => {
    let knocks = 0;
    const port = await listen((socket) => {
      knocks += 1;
      socket.destroy();
    });
    const waits: number[] = [];
    const sleep = async (ms: number) => waits.push(ms);
    expect(await whoami(sshd.connection({ port }), { attempts: 4, random: () => 0.5, sleep })).toEqual({
      kind: 'connect',
      message: expect.stringMatching(/\(4 tries; MaxStartups in its sshd_config limits logins under way\)$/),
      isTransient: true,
    });
    expect(knocks).toBe(4);
    expect(waits).toEqual([62.5, 125, 250]);
  });
});

describe('a busy sshd', () => {
  it('that drops logins at random (MaxStartups 3:50:10) takes twenty at once in the end', async () => {
    const busy = await startSshd({ config: ['MaxStartups 3:50:10'] });
    try {
      const said = await Promise.all(Array.from({ length: 20 }, () => whoami(busy.connection(), { attempts: 20 })));
      expect(said).toEqual(Array(20).fill('root'));
      expect(busy.log()).toMatch(/MaxStartups/);
    } finally {
      await busy.stop();
    }
  });
});
