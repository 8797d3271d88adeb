import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HostConnection, parseHostName } from '../../src/domain/host.ts';

/** A user that exists only inside the server's own mount namespace. */
type Account = { readonly name: string; readonly password: string | null; readonly shell: string };

/** How to start a server; every field may be left out. */
export type SshdOptions = {
  /** More lines for sshd_config; the first of a kind wins, and these come first. */
  readonly config?: readonly string[];
  readonly hostKeyTypes?: readonly ('ed25519' | 'ecdsa' | 'rsa')[];
  readonly accounts?: readonly Account[];
  /** The lines of /etc/sudoers that follow `root ALL=(ALL:ALL) ALL`. */
  readonly sudoers?: readonly string[];
  /** True: it looks as if systemd ran there, which is enough where nothing is to do. */
  readonly hasSystemd?: boolean;
};

/** A real sshd on 127.0.0.1 with root, and the accounts asked for. */
export type Sshd = {
  readonly port: number;
  /** Private key that every account accepts. */
  readonly keyFile: string;
  /** Knows the server by all its keys. */
  readonly knownHostsFile: string;
  /** Private folder of this server, removed by `stop`. */
  readonly directory: string;
  readonly log: () => string;
  /** How to connect as root, with whatever is different. */
  readonly connection: (different?: Partial<HostConnection>) => HostConnection;
  /** Process ids, as seen here, of what sshd started for logins. */
  readonly sessionPids: () => number[];
  /** Ends the server with all its sessions and everything they left running. */
  readonly stop: () => Promise<void>;
};

/**
 * Starts Debian's sshd. It runs in mount and process namespaces of its own, where /etc/passwd, /etc/shadow, /etc/group, /etc/sudoers, /etc/sudoers.d and /run are
 * private, so that real users and the real sudo can be tested without a change to this machine. Needs root.
 */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  for (const tool of [
    '/usr/sbin/sshd',
    '/usr/bin/ssh-keygen',
    '/usr/bin/unshare',
    '/usr/bin/setpriv',
    '/usr/bin/sudo',
  ]) {
    if (!existsSync(tool)) throw new Error(`${tool} is missing: apt-get install openssh-server sudo util-linux`);
  }
  if (process.getuid?.() !== 0) throw new Error('sshd for tests needs root');
  const directory = mkdtempSync(join(tmpdir(), 'mlbroute-sshd-'));
  execFileSync('chmod', ['755', directory]);
  const path = (name: string) => join(directory, name);
  const hostKeyTypes = options.hostKeyTypes ?? ['ed25519'];
  for (const type of hostKeyTypes) makeKey(path(`host_${type}`), type);
  makeKey(path('id'), 'ed25519');
  writeFileSync(path('authorized_keys'), readFileSync(path('id.pub')));
  writeAccounts(path, options);

  const port = await freePort();
  const config = [
    ...(options.config ?? []),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...hostKeyTypes.map((type) => `HostKey ${path(`host_${type}`)}`),
    `AuthorizedKeysFile ${path('authorized_keys')}`,
    'PermitRootLogin yes',
    'UsePAM no',
    'UseDNS no',
    'StrictModes no',
    'PidFile none',
    'LogLevel VERBOSE',
  ];
  writeFileSync(path('sshd_config'), `${config.join('\n')}\n`);
  const known = hostKeyTypes.map((type) => `[127.0.0.1]:${port} ${readFileSync(path(`host_${type}.pub`), 'utf8')}`);
  writeFileSync(path('known_hosts'), known.join(''));

  const log = openSync(path('log'), 'a');
  // Dies with the test process, also where that is killed before it can stop us.
  const withParent = ['--pdeathsig', 'KILL', 'unshare'];
  const isolated = ['--mount', '--propagation', 'private', '--pid', '--fork', '--mount-proc', '--kill-child=KILL'];
  const child = spawn('setpriv', [...withParent, ...isolated, 'sh', '-ec', inNamespace(directory, options)], {
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const readLog = () => readFileSync(path('log'), 'utf8');
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  for (let waited = 0; !readLog().includes('Server listening'); waited += 20) {
    if (child.exitCode !== null || waited > 10_000) {
      const said = readLog();
      await stop();
      throw new Error(`sshd did not start: ${said}`);
    }
    await sleep(20);
  }

  const keyFile = path('id');
  const knownHostsFile = path('known_hosts');
  const connection: Sshd['connection'] = (different) => ({
    name: hostName('node01'),
    address: '127.0.0.1',
    port,
    user: 'root',
    privateKeyFiles: [keyFile],
    identitiesOnly: true,
    password: null,
    become: null,
    proxyCommand: null,
    knownHostsFiles: [knownHostsFile],
    hostKeyChecking: 'strict',
    connectTimeoutMs: null,
    transport: { kind: 'ssh2' },
    sshArguments: ['-F', 'none'],
    ...different,
  });
  const sessionPids = () => {
    const [sshd] = childrenOf(child.pid ?? 0);
    return sshd === undefined ? [] : childrenOf(sshd);
  };
  return { port, keyFile, knownHostsFile, directory, log: readLog, connection, sessionPids, stop };
}

/** Makes a key pair `file` and `file.pub`, encrypted where there is a passphrase. */
export function makeKey(file: string, type: 'ed25519' | 'ecdsa' | 'rsa', passphrase = ''): void {
  const size = type === 'rsa' ? ['-b', '2048'] : [];
  execFileSync('ssh-keygen', ['-q', '-t', type, ...size, '-N', passphrase, '-C', 'test', '-f', file]);
}

/** A port nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function hostName(text: string): HostConnection['name'] {
  const parsed = parseHostName(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function writeAccounts(path: (name: string) => string, { accounts = [], sudoers = [] }: SshdOptions): void {
  const users = accounts.map((account, index) => ({
    ...account,
    id: 3000 + index,
    home: path(`home_${account.name}`),
  }));
  const append = (name: string, lines: readonly string[], mode: number) =>
    writeFileSync(
      path(name),
      `${readFileSync(`/etc/${name}`, 'utf8').trimEnd()}\n${lines.map((line) => `${line}\n`).join('')}`,
      { mode },
    );
  append(
    'passwd',
    users.map(({ name, id, home, shell }) => `${name}:x:${id}:${id}::${home}:${shell}`),
    0o644,
  );
  append(
    'group',
    users.map(({ name, id }) => `${name}:x:${id}:`),
    0o644,
  );
  append(
    'shadow',
    users.map(({ name, password }) => `${name}:${password === null ? '*' : hashPassword(password)}:19000:0:99999:7:::`),
    0o640,
  );
  writeFileSync(
    path('sudoers'),
    ['Defaults env_reset', 'root ALL=(ALL:ALL) ALL', ...sudoers, '@includedir /etc/sudoers.d', ''].join('\n'),
    {
      mode: 0o440,
    },
  );
  mkdirSync(path('sudoers.d'));
  for (const { id, home } of users) {
    mkdirSync(home);
    execFileSync('chown', [`${id}:${id}`, home]);
  }
}

function hashPassword(password: string): string {
  return execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim();
}

function inNamespace(directory: string, { hasSystemd = false }: SshdOptions): string {
  const files = ['passwd', 'group', 'shadow', 'sudoers', 'sudoers.d'].map(
    (name) => `mount --bind ${directory}/${name} /etc/${name}`,
  );
  // The empty /run also hides sudo's memory of who has given a password, the empty /root what each login would run and wait for.
  return [
    ...files,
    'mount -t tmpfs tmpfs /run',
    'mkdir /run/sshd',
    ...(hasSystemd ? ['mkdir -p /run/systemd/system'] : []),
    'mount -t tmpfs -o mode=700 tmpfs /root',
    `exec /usr/sbin/sshd -D -e -f ${directory}/sshd_config`,
  ].join('\n');
}

function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}
