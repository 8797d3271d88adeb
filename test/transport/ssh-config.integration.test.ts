import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostConnection } from '../../src/domain/host.ts';
import { connectionOf } from '../../src/inventory/connection.ts';
import { createChooser, type Way } from '../../src/transport/choose-transport.ts';
import { createConnect } from '../../src/transport/connect.ts';
import { inventoryOf, varsOf } from '../inventory/printed.ts';
import { makeKey, type Sshd, startSshd } from './sshd.ts';

let scratch: string;
let server: Sshd;
const path = (name: string) => join(scratch, name);

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'mlbroute-ssh-config-'));
  server = await startSshd();
});

afterAll(async () => {
  await server?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** The host n1 of an inventory with these variables, and a configuration of ssh with these lines. */
function host(variables: object, lines: readonly string[], name = 'config'): HostConnection {
  writeFileSync(path(name), `${lines.join('\n')}\n`);
  const args = `-F ${path(name)}`;
  const text = JSON.stringify({ all: { hosts: { n1: { ansible_ssh_extra_args: args, ...variables } } } });
  const vars = varsOf(text, 'n1');
  const [first] = inventoryOf(text).hosts;
  if (!vars.ok || first === undefined) throw new Error('no host n1');
  const made = connectionOf(first.name, vars.value, { user: 'root', homeDirectory: scratch, transport: null });
  if (!made.ok) throw new Error(made.error.map(({ message }) => message).join('; '));
  return made.value;
}

async function chosen(connection: HostConnection): Promise<Way> {
  const way = await createChooser({ homeDirectory: scratch, agentSocket: null })(connection, 10_000);
  if (!way.ok) throw new Error(JSON.stringify(way.error));
  return way.value;
}

async function configured(connection: HostConnection) {
  const way = await chosen(connection);
  if (way.kind !== 'ssh2') throw new Error(way.because);
  return way.configured;
}

describe('what the files of ssh say', () => {
  type Found = Awaited<ReturnType<typeof configured>>;
  type Case = readonly [string, readonly string[], object, (found: Found) => unknown, unknown];
  it.each<Case>([
    ['a name for an address', ['Host n1', 'HostName %h.example.com'], {}, ({ host: h }) => h.address, 'n1.example.com'],
    ['a port for some hosts', ['Host n*', 'Port 2200'], {}, ({ host: h }) => h.port, 2200],
    ['a port for all but some', ['Host * !n1', 'Port 2200'], {}, ({ host: h }) => h.port, 22],
    ['a user under a condition', ['Match originalhost n1', 'User op'], {}, ({ host: h }) => h.user, 'op'],
    ['a user where a command says so', ['Match exec "test %h = n1"', 'User op'], {}, ({ host: h }) => h.user, 'op'],
    ['the first of two', ['Host n1', 'Port 1', 'Host *', 'Port 2'], {}, ({ host: h }) => h.port, 1],
    [
      'keys, with tokens and a home',
      ['IdentityFile ~/.ssh/k', 'IdentityFile %d/%h.%r.%%'],
      { ansible_user: 'op' },
      ({ host: h }) => h.privateKeyFiles,
      ['~/.ssh/k', '~/n1.op.%'],
    ],
    [
      'more keys than the inventory',
      ['IdentityFile /two'],
      { ansible_ssh_private_key_file: '/one' },
      ({ host: h }) => h.privateKeyFiles,
      ['/one', '/two'],
    ],
    ['only those keys', ['IdentitiesOnly yes'], {}, ({ host: h }) => h.identitiesOnly, true],
    ['a proxy command', ['ProxyCommand nc %h %p'], {}, ({ host: h }) => h.proxyCommand, 'nc %h %p'],
    [
      'known hosts',
      ['UserKnownHostsFile /a /b', 'GlobalKnownHostsFile none'],
      {},
      ({ host: h }) => h.knownHostsFiles,
      ['/a', '/b'],
    ],
    ['new keys are fine', ['StrictHostKeyChecking accept-new'], {}, ({ host: h }) => h.hostKeyChecking, 'accept-new'],
    ['any key is fine', ['StrictHostKeyChecking no'], {}, ({ host: h }) => h.hostKeyChecking, 'off'],
    [
      'any key is fine, but the inventory says no',
      ['StrictHostKeyChecking no'],
      { ansible_ssh_args: '-o StrictHostKeyChecking=yes' },
      ({ host: h }) => h.hostKeyChecking,
      'strict',
    ],
    ['a timeout', ['ConnectTimeout 7'], {}, ({ host: h }) => h.connectTimeoutMs, 7000],
    ['a name for known hosts', ['HostKeyAlias other'], {}, (found) => found.hostKeyAlias, 'other'],
    ['another agent', ['IdentityAgent /a.sock'], {}, (found) => found.identityAgent, '/a.sock'],
    ['a cipher', ['Ciphers aes256-ctr,aes128-cbc'], {}, (found) => found.algorithms.cipher, ['aes256-ctr']],
    ['what other files say', [], {}, ({ host: h }) => h.port, 4],
    [
      'what changes nothing here',
      ['ServerAliveInterval 9', 'ControlMaster auto', 'ForwardAgent yes', 'GSSAPIAuthentication yes', 'LogLevel QUIET'],
      {},
      ({ host: h }) => h.port,
      22,
    ],
  ])('%s', async (title, lines, variables, look, expected) => {
    writeFileSync(path('more'), 'Host n1\nPort 4\n');
    const all = title === 'what other files say' ? [`Include ${path('more')}`] : lines;
    expect(look(await configured(host(variables, all)))).toEqual(expected);
  });

  it('counts after the inventory and before what is there anyway, for any blocks', async () => {
    const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
    const settings = fc.record({
      Port: maybe(fc.integer({ min: 1, max: 65_535 }).map(String)),
      User: maybe(fc.constantFrom('root', 'op', 'admin')),
      ConnectTimeout: maybe(fc.integer({ min: 1, max: 99 }).map(String)),
      StrictHostKeyChecking: maybe(fc.constantFrom('yes', 'no', 'accept-new')),
    });
    const block = fc.record({ pattern: fc.constantFrom('n1', 'n?', '*', 'n2', '!n1 *', 'm*'), settings });
    const inventory = fc.record({
      ansible_port: maybe(fc.integer({ min: 1, max: 99 })),
      ansible_user: maybe(fc.constantFrom('root', 'inv')),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(block, { maxLength: 4 }), inventory, async (blocks, variables) => {
        const lines = blocks.flatMap((each) => [
          `Host ${each.pattern}`,
          ...Object.entries(each.settings).flatMap(([name, value]) =>
            value === undefined ? [] : [`  ${name} ${value}`],
          ),
        ]);
        const matching = blocks.filter(({ pattern }) => ['n1', 'n?', '*'].includes(pattern));
        const first = (name: keyof (typeof blocks)[number]['settings']) =>
          matching.map((each) => each.settings[name]).find((value) => value !== undefined);
        const timeout = first('ConnectTimeout');
        const checking = { yes: 'strict', no: 'off', 'accept-new': 'accept-new' }[
          first('StrictHostKeyChecking') ?? 'yes'
        ];
        const { host: found } = await configured(host(variables, lines));
        expect(found).toMatchObject({
          port: variables.ansible_port ?? Number(first('Port') ?? 22),
          user: variables.ansible_user ?? first('User') ?? 'root',
          connectTimeoutMs: timeout === undefined ? null : Number(timeout) * 1000,
          hostKeyChecking: checking,
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('who speaks SSH', () => {
  beforeAll(() => {
    for (const name of ['plain', 'certified']) makeKey(path(name), 'ed25519');
    execFileSync('ssh-keygen', ['-q', '-s', path('plain'), '-I', 'test', '-n', 'root', path('certified.pub')]);
    // No token is at hand: this is the public half of such a key.
    writeFileSync(path('token'), 'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t test\n');
  });

  it.each<readonly [string, readonly string[], string]>([
    ['mlbroute for a plain key', ['IdentityFile PATH/plain'], 'ssh2'],
    ['ssh for a certificate beside a key', ['IdentityFile PATH/certified'], 'certified has a certificate'],
    ['ssh for a certificate by name', ['CertificateFile /c'], 'only ssh itself honours certificatefile'],
    ['ssh for a key in a token', ['IdentityFile PATH/token'], 'token lives in a security token'],
    ['mlbroute for a jump host', ['Host n1', 'ProxyJump bastion'], 'ssh2'],
    [
      'ssh for a jump host that only ssh can reach',
      ['Host bastion', 'CertificateFile /c', 'Host n1', 'ProxyJump bastion'],
      'for the jump host bastion: only ssh itself honours certificatefile',
    ],
    ['ssh for a proxy command with a token of its own', ['ProxyCommand nc %k'], 'only ssh itself honours proxycommand'],
    ['ssh where no cipher of mlbroute is allowed', ['Ciphers aes128-cbc'], 'only ssh itself honours ciphers'],
    ['ssh for what mlbroute has not heard of', ['BindAddress 127.0.0.1'], 'only ssh itself honours bindaddress'],
  ])('%s', async (_, lines, expected) => {
    const way = await chosen(
      host(
        {},
        lines.map((line) => line.replace('PATH', scratch)),
      ),
    );
    expect(way.kind === 'ssh2' ? 'ssh2' : way.because).toContain(expected);
  });

  it('never another than the inventory says', async () => {
    const way = await createChooser({ homeDirectory: scratch, agentSocket: null })(
      host({ mlbroute_transport: 'ssh2' }, ['BindAddress ::1']),
      10_000,
    );
    expect(way).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('bindaddress is set for this host') },
    });
  });

  it.each([
    [
      'leads in a circle',
      ['Host a', 'ProxyJump b', 'Host b', 'ProxyJump a', 'Host n1', 'ProxyJump a'],
      'over more than 8',
    ],
  ])('nobody where a chain of jumps %s', async (_, lines, message) => {
    const way = await createChooser({ homeDirectory: scratch, agentSocket: null })(host({}, lines), 10_000);
    expect(way).toMatchObject({ ok: false, error: { message: expect.stringContaining(message) } });
  });

  it('nobody where the files make no sense', async () => {
    const way = await createChooser({ homeDirectory: scratch, agentSocket: null })(host({}, ['Nonsense 1']), 10_000);
    expect(way).toMatchObject({ ok: false, error: { kind: 'connect', isTransient: false } });
  });
});

describe('a real sshd', () => {
  const known = () => {
    const file = path('aliases');
    writeFileSync(
      file,
      execFileSync('cut', ['-d', ' ', '-f2-', server.knownHostsFile], { encoding: 'utf8' }).replace(/^/, 'node-one '),
    );
    return file;
  };

  it.each<readonly [string, readonly string[], object]>([
    ['is reached by an alias, with all from the file', [], { ok: true }],
    ['is refused under an alias that is not known', ['HostKeyAlias other'], { ok: false, error: { kind: 'host-key' } }],
    [
      'is reached with an algorithm of ones own',
      ['Ciphers aes256-ctr', 'MACs hmac-sha2-256', 'KexAlgorithms ecdh-sha2-nistp256'],
      { ok: true },
    ],
    ['is not reached with the wrong key', ['IdentityFile /dev/null', 'IdentityFile none'], { ok: false }],
  ])('%s', async (title, lines, expected) => {
    const key = title.includes('wrong key') ? [] : [`IdentityFile ${server.keyFile}`];
    const connection = host({ ansible_user: 'root' }, [
      'Host n1',
      ...lines,
      'HostName 127.0.0.1',
      `Port ${server.port}`,
      'HostKeyAlias node-one',
      `UserKnownHostsFile ${known()}`,
      'IdentitiesOnly yes',
      ...key,
    ]);
    const session = await createConnect({ homeDirectory: scratch, agentSocket: null, acceptNew: false, attempts: 1 })(
      connection,
    );
    if (session.ok) await session.value.close();
    expect(session).toMatchObject(expected);
  });
});
