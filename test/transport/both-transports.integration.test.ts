import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostConnection, secret } from '../../src/domain/host.ts';
import { createConnect } from '../../src/transport/connect.ts';
import type { Session } from '../../src/transport/session.ts';
import { type Dropbear, startDropbear } from './dropbear.ts';
import { makeKey, type Sshd, startSshd } from './sshd.ts';

const password = 'open sesame';
const accounts = [{ name: 'alice', password, shell: '/bin/sh' }];
let scratch: string;
let keys: Sshd;
let passwords: Sshd;
let certificates: Sshd;
let small: Dropbear;
const path = (name: string) => join(scratch, name);

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'mlbroute-both-'));
  for (const name of ['ca', 'user']) makeKey(path(name), 'ed25519');
  execFileSync('ssh-keygen', ['-q', '-s', path('ca'), '-I', 'test', '-n', 'root', path('user.pub')]);
  writeFileSync(path('empty'), '');
  keys = await startSshd({ config: ['PasswordAuthentication no'] });
  passwords = await startSshd({ accounts, config: ['PubkeyAuthentication no', 'PasswordAuthentication yes'] });
  const trusted = [`TrustedUserCAKeys ${path('ca.pub')}`, `AuthorizedKeysFile ${path('empty')}`];
  certificates = await startSshd({ config: trusted });
  small = await startDropbear(password);
  const foreign = readFileSync(certificates.knownHostsFile, 'utf8').replace(/^\S+/, `[127.0.0.1]:${keys.port}`);
  writeFileSync(path('swapped'), foreign);
});

afterAll(async () => {
  for (const server of [keys, passwords, certificates, small]) await server?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

type Transport = 'auto' | 'ssh2' | 'openssh';
type Server = { readonly port: number; readonly keyFile: string; readonly knownHostsFile: string };

/** A host by the files of ssh alone, and a password by the inventory. */
function host(
  transport: Transport,
  server: Server,
  different: { user?: string; key?: string; password?: string; jumps?: string; known?: string } = {},
): HostConnection {
  const file = path(`config-${Math.random().toString(36).slice(2)}`);
  const known = [keys, passwords, certificates, small].map(({ knownHostsFile }) => knownHostsFile);
  const { user = 'root', key = server.keyFile, jumps } = different;
  const jump = (name: string, more: readonly string[]) => [
    `Host ${name}`,
    ...more,
    'HostName 127.0.0.1',
    `Port ${keys.port}`,
    'User root',
    `IdentityFile ${keys.keyFile}`,
  ];
  const lines = [
    ...jump('first', []),
    ...jump('second', ['ProxyJump first']),
    'Host n1',
    ...(jumps === undefined ? [] : [`ProxyJump ${jumps}`]),
    ...['HostName 127.0.0.1', `Port ${server.port}`, `User ${user}`, `IdentityFile ${key}`],
    ...['Host *', 'IdentitiesOnly yes', `UserKnownHostsFile ${different.known ?? known.join(' ')}`],
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return keys.connection({
    address: 'n1',
    user,
    privateKeyFiles: [],
    knownHostsFiles: null,
    password: different.password === undefined ? null : secret(different.password),
    transport: transport === 'openssh' ? { kind: transport, because: 'the test says so' } : { kind: transport },
    sshArguments: ['-F', file],
  });
}

const connect = (to: HostConnection) =>
  createConnect({ homeDirectory: scratch, agentSocket: null, acceptNew: false, attempts: 3 })(to);
const run = (session: Session, program: string) => session.run({ program, deadlineMs: 60_000, onLine: null });

async function open(to: HostConnection): Promise<Session> {
  const opened = await connect(to);
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  return opened.value;
}

const worlds: readonly (readonly [string, (transport: Transport) => HostConnection, string, readonly Transport[]])[] = [
  ['an sshd that takes keys alone', (by) => host(by, keys), 'root', ['ssh2', 'openssh']],
  [
    'an sshd that takes passwords alone',
    (by) => host(by, passwords, { user: 'alice', password }),
    'alice',
    ['ssh2', 'openssh'],
  ],
  [
    'an sshd that takes certificates alone',
    (by) => host(by, certificates, { key: path('user') }),
    'root',
    ['openssh', 'auto'],
  ],
  ['an sshd behind two others', (by) => host(by, keys, { jumps: 'second' }), 'root', ['ssh2', 'openssh']],
  ['a dropbear that takes a key', (by) => host(by, small), 'root', ['ssh2', 'openssh']],
  [
    'a dropbear that takes a password',
    (by) => host(by, small, { key: '/dev/null', password }),
    'root',
    ['ssh2', 'openssh'],
  ],
];

describe.each(
  worlds.flatMap(([title, make, user, transports]) => transports.map((by) => [by, title, make, user] as const)),
)('by %s: %s', (by, _, make, user) => {
  it('runs programs: three at once, with their outputs and ends, and one of a megabyte', async () => {
    const session = await open(make(by));
    const answers = await Promise.all([1, 2, 3].map((n) => run(session, `id -un; echo ${n} >&2; exit ${n}`)));
    expect(answers).toEqual(
      [1, 2, 3].map((n) => ({ ok: true, value: { exitCode: n, stdout: `${user}\n`, stderr: `${n}\n` } })),
    );
    const long = await run(session, `cat <<'END' | wc -c\n${'x'.repeat(1_000_000)}\nEND\n`);
    expect(long).toMatchObject({ ok: true, value: { exitCode: 0, stdout: '1000001\n' } });
    await session.close();
    expect(await run(session, 'true')).toMatchObject({ ok: false, error: { kind: 'connection-lost' } });
  });
});

describe.each(['ssh2', 'openssh'] as const)('by %s, a busy sshd', (by) => {
  it('that drops logins at random lets all in, in the end', async () => {
    const busy = await startSshd({ config: ['MaxStartups 2:60:6'] });
    try {
      const to = () => host(by, busy, { known: busy.knownHostsFile });
      const many = createConnect({ homeDirectory: scratch, agentSocket: null, acceptNew: false, attempts: 20 });
      const opened = await Promise.all(Array.from({ length: 12 }, () => many(to())));
      expect(opened.map((each) => (each.ok ? 'in' : each.error))).toEqual(opened.map(() => 'in'));
      expect(busy.log()).toMatch(/drop connection|beginning MaxStartups throttling/);
      await Promise.all(opened.map(async (each) => each.ok && each.value.close()));
    } finally {
      await busy.stop();
    }
  });
});

describe.each(['ssh2', 'openssh'] as const)('by %s, a host that allows one channel at a time', (by) => {
  it('refuses a second program, and takes it after the first', async () => {
    const narrow = await startSshd({ config: ['MaxSessions 1'] });
    try {
      const session = await open(host(by, narrow, { known: narrow.knownHostsFile }));
      let first: ReturnType<Session['run']> | undefined;
      await new Promise<string>((onLine) => {
        first = session.run({ program: 'echo begun; sleep 4; echo first', deadlineMs: 20_000, onLine });
      });
      expect(await run(session, 'echo second')).toEqual({
        ok: false,
        error: { kind: 'protocol', message: expect.stringMatching(/^the host did not start a command: .*MaxSessions/) },
      });
      expect(await first).toMatchObject({ ok: true, value: { stdout: 'begun\nfirst\n' } });
      expect(await run(session, 'echo second')).toMatchObject({ ok: true, value: { stdout: 'second\n' } });
      await session.close();
    } finally {
      await narrow.stop();
    }
  });
});

// As dropbear 2022.83 does it to a channel just opened when the command of another one ends: nothing is said, and ssh(1) ends with 255.
it('by openssh, a server that closes a channel at once is asked again, and not for ever', async () => {
  const moody = path('moody');
  writeFileSync(
    moody,
    `#!/bin/sh\necho >>${moody}.asked\n[ -e ${moody}.good ] || exit 255\nexec sh -c "$SSH_ORIGINAL_COMMAND"\n`,
  );
  chmodSync(moody, 0o755);
  const asked = () => readFileSync(`${moody}.asked`, 'utf8').length;
  const forced = await startSshd({ config: [`ForceCommand ${moody}`] });
  try {
    const session = await open(host('openssh', forced, { known: forced.knownHostsFile }));
    expect(await run(session, 'echo done')).toEqual({
      ok: false,
      error: {
        kind: 'protocol',
        message: expect.stringMatching(/did not start a command: it closed the channel at once/),
      },
    });
    expect(asked()).toBe(4);
    const later = run(session, 'echo done');
    while (asked() < 5) await sleep(10);
    writeFileSync(`${moody}.good`, '');
    expect(await later).toEqual({ ok: true, value: { exitCode: 0, stdout: 'done\n', stderr: '' } });
    await session.close();
  } finally {
    await forced.stop();
  }
});

/** A way to a server that carries bytes until it is frozen: then nothing comes through, and nobody is told. */
async function startWay(port: number) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connectTcp(port, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe('a connection that leads nowhere any more', () => {
  async function strand(by: Transport) {
    const way = await startWay(keys.port);
    try {
      const known = path(`known-way-${by}`);
      writeFileSync(known, readFileSync(keys.knownHostsFile, 'utf8').replace(/^\S+/, `[127.0.0.1]:${way.port}`));
      const session = await open(host(by, { ...keys, port: way.port }, { known }));
      let began = 0;
      const onLine = () => {
        began = performance.now();
        way.freeze();
      };
      const ran = await session.run({ program: 'echo here; sleep 300', deadlineMs: 300_000, onLine });
      const tookMs = performance.now() - began;
      await session.close();
      return { ran, tookMs };
    } finally {
      way.stop();
    }
  }

  it('is given up after three pings, long before a program would end', async () => {
    for (const { ran, tookMs } of await Promise.all([strand('ssh2'), strand('openssh')])) {
      expect(ran).toMatchObject({ ok: false, error: { kind: 'connection-lost' } });
      expect(tookMs).toBeGreaterThan(15_000);
    }
  }, 120_000);
});

describe.each(['ssh2', 'openssh'] as const)('by %s, an agent with more keys than a server listens to', (by) => {
  it('signs with the one that is named, and is asked for no other', async () => {
    const socket = path(`agent-${by}`);
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await new Promise((resolve) => agent.stdout.once('data', resolve));
      const others = [1, 2, 3, 4, 5, 6, 7].map((number) => path(`other-${by}-${number}`));
      for (const other of others) makeKey(other, 'ed25519');
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      execFileSync('ssh-add', ['-q', ...others, keys.keyFile], { env });
      // The private half is the agent's alone.
      const key = path(`only-${by}.pub`);
      writeFileSync(key, readFileSync(`${keys.keyFile}.pub`));
      const before = process.env.SSH_AUTH_SOCK;
      process.env.SSH_AUTH_SOCK = socket;
      const ours = createConnect({ homeDirectory: scratch, agentSocket: socket, acceptNew: false, attempts: 1 });
      const [named, unnamed] = [await ours(host(by, keys, { key })), await ours(host(by, keys, { key: path('user') }))];
      if (before === undefined) delete process.env.SSH_AUTH_SOCK;
      else process.env.SSH_AUTH_SOCK = before;
      expect(named.ok ? 'in' : named.error).toBe('in');
      if (named.ok) await named.value.close();
      expect(unnamed).toMatchObject({ ok: false, error: { kind: 'auth' } });
    } finally {
      agent.kill();
    }
  });
});

describe.each(['ssh2', 'openssh'] as const)('by %s, nobody gets in', (by) => {
  it.each<readonly [string, () => HostConnection, string]>([
    ['with a key that is not known there', () => host(by, keys, { key: path('user') }), 'auth'],
    ['with a wrong password', () => host(by, passwords, { user: 'alice', password: 'guess' }), 'auth'],
    ['with a wrong password to a dropbear', () => host(by, small, { key: '/dev/null', password: 'guess' }), 'auth'],
    ['where another key is known', () => host(by, keys, { known: path('swapped') }), 'host-key'],
    ['where nothing listens', () => host(by, { ...keys, port: 1 }), 'connect'],
  ])('%s', async (_, to, kind) => {
    expect(await connect(to())).toMatchObject({ ok: false, error: { kind } });
  });
});

it('by ssh2, a server that takes certificates alone lets nobody in', async () => {
  expect(await connect(host('ssh2', certificates, { key: path('user') }))).toMatchObject({
    ok: false,
    error: { kind: 'auth' },
  });
});
