import { type ChildProcess, type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Io } from '../../src/commands/io.ts';
import type { PlanOptions } from '../../src/commands/plan.ts';
import type { PushOptions } from '../../src/commands/push.ts';
import { toShell } from '../../src/domain/command.ts';
import { type NamespaceHost, startNamespaceHost } from '../deploy/namespace-host.ts';
import { makeKey } from '../transport/sshd.ts';

/** Hosts n1, n2, … with a kernel's network of their own each, reached by the real ssh through a real sshd, and an inventory of them. */
export type Fleet = {
  readonly host: (name: string) => NamespaceHost;
  /** The process whose network namespace is that of the gateway at the other end of a host's eth1. */
  readonly gatewayPid: (name: string) => number;
  readonly inventory: string;
  /** Private, and removed by `stop`: the state of mlbroute, and what a test wants to keep there. */
  readonly directory: string;
  /** Writes the inventory anew, with other variables for all hosts. */
  readonly describe: (vars: object) => void;
  /** The options of a push as the command line makes them, with `--yes`. */
  readonly pushOptions: (wish?: Partial<PushOptions>) => PushOptions;
  readonly planOptions: (wish?: Partial<PlanOptions>) => PlanOptions;
  /** Runs a command in this process where nobody sits at a terminal, unless `io` says otherwise. */
  readonly run: <Options>(
    command: (options: Options, io: Io) => Promise<number>,
    options: Options,
    io?: Partial<Io>,
  ) => Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
  /** Starts the real program on its own. */
  readonly start: (args: readonly string[]) => Started;
  /** Starts it on a terminal of its own, 80 by 24; all it says is in `stdout`. */
  readonly startOnTerminal: (args: readonly string[]) => Started & { readonly interrupt: () => void };
  readonly stop: () => void;
};

/** The real program while it runs. */
type Started = {
  readonly process: ChildProcess;
  readonly said: () => string;
  /** Waits until this is in what it said. */
  readonly saidSo: (text: string) => Promise<void>;
  readonly ended: Promise<{
    readonly exitCode: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
};

/** A network that every such host can carry: the mark method on eth1. */
export const markNetwork = {
  name: 'public',
  pools: ['1.2.3.0/24'],
  link: { device: 'eth1' },
  gateway: '1.2.3.1',
  return_path: 'mark',
};

/** Starts so many hosts. Needs root, and the tools that `startNamespaceHost` and sshd(8) need. */
export function startFleet(size: number): Fleet {
  const directory = mkdtempSync(join(tmpdir(), 'mlbroute-fleet-'));
  const path = (name: string) => join(directory, name);
  makeKey(path('host_key'), 'ed25519');
  makeKey(path('id'), 'ed25519');
  writeFileSync(path('authorized_keys'), readFileSync(path('id.pub')));
  writeFileSync(path('known_hosts'), `* ${readFileSync(path('host_key.pub'), 'utf8')}`);
  writeFileSync(
    path('sshd_config'),
    [
      `HostKey ${path('host_key')}`,
      `AuthorizedKeysFile ${path('authorized_keys')}`,
      'PermitRootLogin yes\nUsePAM no\nUseDNS no\nStrictModes no\nPidFile none\n',
    ].join('\n'),
  );
  const hosts = new Map<string, NamespaceHost>();
  const gateways: ChildProcess[] = [];
  for (let number = 1; number <= size; number++) {
    const host = startNamespaceHost();
    host.sh('mkdir -p /run/sshd');
    gateways.push(startGateway(host));
    hosts.set(`n${number}`, host);
  }
  const inventory = path('inventory.json');
  const describe = (vars: object) =>
    writeFileSync(
      inventory,
      JSON.stringify({
        all: {
          vars: {
            ansible_user: 'root',
            ansible_ssh_private_key_file: path('id'),
            pod_cidrs: ['10.112.0.0/12'],
            ...vars,
          },
          hosts: Object.fromEntries([...hosts].map(([name, { pid }]) => [name, { ansible_ssh_common_args: via(pid) }])),
        },
      }),
    );
  const via = (pid: number) =>
    `-o UserKnownHostsFile=${path('known_hosts')} -o "ProxyCommand=nsenter -t ${pid} -n -m /usr/sbin/sshd -i -f ${path('sshd_config')}"`;
  describe({ networks: [markNetwork] });

  const connection = {
    ...{ inventory: [inventory], limit: null, forks: 50, acceptNew: false, askBecomePass: false },
    ...({ output: 'text', progress: true } as const),
  };
  const env = { ...process.env, XDG_STATE_HOME: path('state') };
  return {
    host: (name) => {
      const host = hosts.get(name);
      if (host === undefined) throw new Error(`no host ${name}`);
      return host;
    },
    gatewayPid: (name) => {
      const pid = gateways[Number(name.slice(1)) - 1]?.pid;
      if (pid === undefined) throw new Error(`no host ${name}`);
      return pid;
    },
    inventory,
    directory,
    describe,
    pushOptions: (wish = {}) => ({
      ...connection,
      ...{ yes: true, check: false, diff: false, confirmTimeoutS: 60 },
      ...{ serial: [], maxFail: null, planFile: null, retry: null },
      ...wish,
    }),
    planOptions: (wish = {}) => ({ ...connection, diff: false, out: null, ...wish }),
    run: async (command, options, io = {}) => {
      const said = { stdout: '', stderr: '' };
      const exitCode = await command(options, { ...quietIo(said), env, ...io });
      return { exitCode, ...said };
    },
    start: (args) => watch(spawn(process.execPath, [program, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] })),
    startOnTerminal: (args) => {
      const line = toShell([process.execPath, program, ...args]);
      // Ctrl-C is a byte that the terminal turns into a signal for all that runs on it.
      const child = spawn('script', ['-qefc', `stty cols 80 rows 24; exec ${line}`, '/dev/null'], {
        env: { ...env, TERM: 'xterm' },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      return { ...watch(child), interrupt: () => void child.stdin.write('\x03') };
    },
    stop: () => {
      for (const gateway of gateways) gateway.kill('SIGKILL');
      for (const host of hosts.values()) host.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A neighbour at the other end of eth1 that answers for 1.2.3.1, in a network namespace of its own. */
function startGateway(host: NamespaceHost): ChildProcess {
  const holder = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', 'sleep', 'infinity'], {
    stdio: 'ignore',
  });
  const ownNamespace = () => execFileSync('readlink', [`/proc/${holder.pid}/ns/net`], { encoding: 'utf8' });
  const ours = execFileSync('readlink', ['/proc/self/ns/net'], { encoding: 'utf8' });
  for (let tries = 0; ownNamespace() === ours; tries++) {
    if (tries > 200) throw new Error('unshare did not start');
    execFileSync('sleep', ['0.02']);
  }
  host.sh(`ip link set peer1 netns ${holder.pid}`);
  const setUp =
    'echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter; ip address add 1.2.3.1/24 dev peer1; ip link set peer1 up';
  execFileSync('nsenter', ['-t', String(holder.pid), '-n', 'sh', '-ec', setUp]);
  return holder;
}

function quietIo(said: { stdout: string; stderr: string }): Omit<Io, 'env'> {
  return {
    stdout: (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
    ...{ isTty: false, isInputTty: false, color: false },
    columns: () => Number.POSITIVE_INFINITY,
    resultColumns: () => Number.POSITIVE_INFINITY,
    rows: () => Number.POSITIVE_INFINITY,
    ask: (question) => Promise.reject(new Error(`nobody is here to answer: ${question}`)),
    confirm: (question) => Promise.reject(new Error(`nobody is here to answer: ${question}`)),
    askSecret: (question) => Promise.reject(new Error(`nobody is here to answer: ${question}`)),
    onInterrupt: () => () => {},
  };
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist/cli.js');

/** Builds the program where it is older than its sources: node cannot run them by itself. */
export function buildProgram(): void {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => statSync(join(root, 'src', name)).mtimeMs);
  const built = join(root, 'dist/cli/main.js');
  if (existsSync(built) && statSync(built).mtimeMs > Math.max(...sources)) return;
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'pipe' });
}

function watch(child: ChildProcessWithoutNullStreams): Started {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  const all = () => said.stdout + said.stderr;
  return {
    process: child,
    said: all,
    saidSo: async (text) => {
      for (let waited = 0; !all().includes(text); waited += 20) {
        if (child.exitCode !== null || waited > 30_000) throw new Error(`it never said "${text}" but:\n${all()}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    ended: new Promise((resolve) => child.once('close', (exitCode) => resolve({ exitCode, ...said }))),
  };
}
