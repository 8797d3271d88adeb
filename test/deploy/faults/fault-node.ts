import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnect } from '../../../src/transport/connect.ts';
import type { Deadlines } from '../../../src/transport/deadlines.ts';
import type { Connect } from '../../../src/transport/session.ts';
import { makeKey } from '../../transport/sshd.ts';
import { type NamespaceHost, startNamespaceHost } from '../namespace-host.ts';

/**
 * A namespaced host with timers that fire and a real sshd on TCP port 22, reached over a veth pair from a network namespace that stands for
 * the controller's side. `connect` is the real transport; the host's replies really travel.
 */
export type FaultNode = Omit<NamespaceHost, 'connect'> & {
  readonly connect: Connect;
  /** Runs programs straight in the namespaces: cheap, for sweeps that are not about the way. */
  readonly enter: Connect;
  /** How the controller side reaches port 22, as an ssh proxy command. */
  readonly proxyCommand: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** Ends sshd with all its sessions. */
  readonly stopSshd: () => Promise<void>;
  /** Starts it again; lines of `config` come first, and another host key is one the controller does not know. */
  readonly startSshd: (wish?: { readonly config?: readonly string[]; readonly hasOtherKey?: boolean }) => Promise<void>;
  /** True where a new TCP connection to port 22 is answered by sshd. */
  readonly isReachable: () => boolean;
};

/** Deadlines of a transport that shall not wait long. */
export const shortDeadlines: Deadlines = {
  tcpMs: 1000,
  handshakeMs: 1500,
  authMs: 1500,
  channelMs: 1500,
  shellMs: 1500,
};

/** systemd's part: the timer fires as a process of its own, unless it was stopped before. A service that runs already is not stopped. */
const systemdRun = `#!/bin/sh
echo "systemd-run $*" >>/run/systemd-calls
for word do
  shift
  case $word in
    --unit=*) unit=\${word#--unit=} ;;
    --on-active=*) after=\${word#--on-active=} ;;
    --*) ;;
    *) set -- "$@" "$word" ;;
  esac
done
mkdir -p /run/timers
unset FAULT_PID
setsid sh -c 'echo $$ >"/run/timers/$1"; sleep "$2"; rm -f "/run/timers/$1"; shift 2; exec "$@"' sh "$unit.timer" "\${after%s}" "$@" </dev/null >/dev/null 2>&1 &
until [ -s "/run/timers/$unit.timer" ]; do sleep 0.01; done
`;
const systemctl = `#!/bin/sh
echo "systemctl $*" >>/run/systemd-calls
case "$1 $2" in
  --version*) echo 'systemd 252 (252.39)' ;;
  'stop '*) read -r pid <"/run/timers/$2" && kill -KILL "-$pid" && rm -f "/run/timers/$2" ;;
esac 2>/dev/null
exit 0
`;

/** Needs root, sshd, socat and what `startNamespaceHost` needs; throws with the reason where something is missing. */
export async function startFaultNode(): Promise<FaultNode> {
  for (const tool of ['/usr/sbin/sshd', '/usr/bin/socat', '/usr/bin/setpriv'])
    if (!existsSync(tool)) throw new Error(`${tool} is missing: apt-get install openssh-server socat util-linux`);
  const host = startNamespaceHost();
  const directory = mkdtempSync(join(tmpdir(), 'mlbroute-fault-'));
  const path = (name: string) => join(directory, name);
  for (const [name, text] of [
    ['systemd-run', systemdRun],
    ['systemctl', systemctl],
  ] as const) {
    writeFileSync(path(name), text, { mode: 0o755 });
    host.sh(`cp ${path(name)} /usr/local/sbin/${name}`);
  }
  const controller = startController(host);
  makeKey(path('host_key'), 'ed25519');
  makeKey(path('id'), 'ed25519');
  writeFileSync(path('authorized_keys'), readFileSync(path('id.pub')));
  writeFileSync(path('known_hosts'), `* ${readFileSync(path('host_key.pub'), 'utf8')}`);
  host.sh('mkdir -p /run/sshd');
  makeKey(path('other_key'), 'ed25519');
  const start = ({ config = [], hasOtherKey = false }: Parameters<FaultNode['startSshd']>[0] = {}) =>
    startSshd(host, path, [...config, `HostKey ${path(hasOtherKey ? 'other_key' : 'host_key')}`]);
  let sshd = await start();

  const proxyCommand = `nsenter -t ${controller.pid} -n socat - TCP:192.168.1.11:22,connect-timeout=1`;
  const connection = {
    ...host.connection,
    ...{ address: '192.168.1.11', privateKeyFiles: [path('id')], identitiesOnly: true, proxyCommand },
    knownHostsFiles: [path('known_hosts')],
  };
  const connect = createConnect({
    ...{ homeDirectory: directory, agentSocket: null, acceptNew: false, deadlines: shortDeadlines },
  });
  return {
    ...host,
    connection,
    connect,
    enter: host.connect,
    proxyCommand,
    keyFile: path('id'),
    knownHostsFile: path('known_hosts'),
    stopSshd: async () => {
      const ended = new Promise((resolve) => sshd.once('exit', resolve));
      for (const pid of sessionsOf(sshd)) endProcess(pid);
      sshd.kill('SIGKILL');
      await ended;
    },
    startSshd: async (wish) => {
      sshd = await start(wish);
    },
    isReachable: () => {
      const ask = `timeout 2 sh -c '${proxyCommand} </dev/null 2>/dev/null | head -c 4'`;
      return execFileSync('sh', ['-c', `${ask} || true`], { encoding: 'utf8' }) === 'SSH-';
    },
    stop: () => {
      const space = readlinkSync(`/proc/${host.pid}/ns/mnt`);
      // Timers and programs whose connection was cut live on as nobody's children.
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== host.pid))
        if (namespaceOf(pid) === space) endProcess(Number(pid));
      controller.kill('SIGKILL');
      host.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The far end of eth0, in a network namespace of its own. */
function startController(host: NamespaceHost): ChildProcess {
  const holder = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', 'sleep', 'infinity'], {
    stdio: 'ignore',
  });
  const ours = readlinkSync('/proc/self/ns/net');
  for (let tries = 0; readlinkSync(`/proc/${holder.pid}/ns/net`) === ours; tries++) {
    if (tries > 200) throw new Error('unshare did not start');
    execFileSync('sleep', ['0.02']);
  }
  host.sh(`ip link set peer0 netns ${holder.pid}`);
  const setUp = 'ip link set lo up; ip address add 192.168.1.1/24 dev peer0; ip link set peer0 up';
  execFileSync('nsenter', ['-t', String(holder.pid), '-n', 'sh', '-ec', setUp]);
  return holder;
}

async function startSshd(
  host: NamespaceHost,
  path: (name: string) => string,
  moreConfig: readonly string[],
): Promise<ChildProcess> {
  const config = [
    ...moreConfig,
    'Port 22',
    `AuthorizedKeysFile ${path('authorized_keys')}`,
    'MaxStartups 100\nPermitRootLogin yes\nUsePAM no\nUseDNS no\nStrictModes no\nPidFile none\n',
  ];
  writeFileSync(path('sshd_config'), config.join('\n'));
  const inNode = ['nsenter', '-t', String(host.pid), '-n', '-m'];
  const sshd = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', ...inNode, '/usr/sbin/sshd', '-D', '-e', '-f', path('sshd_config')],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  sshd.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  for (let waited = 0; !said.includes('Server listening'); waited += 20) {
    if (sshd.exitCode !== null || waited > 10_000) throw new Error(`sshd did not start: ${said}`);
    await sleep(20);
  }
  return sshd;
}

function sessionsOf(sshd: ChildProcess): readonly number[] {
  const list = readFileSync(`/proc/${sshd.pid}/task/${sshd.pid}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}

/** Null where the process is gone already. */
function namespaceOf(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'EACCES', 'ESRCH'].includes(String(error.code)))
      return null;
    throw error;
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
