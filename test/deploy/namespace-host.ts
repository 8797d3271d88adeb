import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemdStandIn } from '../../bench/fleet/systemd-stand-in.ts';
import type { HostConnection } from '../../src/domain/host.ts';
import { parseHostName } from '../../src/domain/host.ts';
import { type err, ok } from '../../src/domain/result.ts';
import type { Connect, RunRequest, RunResult } from '../../src/transport/session.ts';

/**
 * A host of our own without a second machine: network and mount namespaces with the real kernel, iproute2 and iptables, an /etc of its own,
 * and stand-ins for the parts of systemd that cannot run here. `eth0` and `eth1` are veth ends; the peers lie in the same namespace.
 */
export type NamespaceHost = {
  readonly connection: HostConnection;
  readonly connect: Connect;
  /** The process, as seen here, whose network and mount namespaces are the host's. */
  readonly pid: number;
  /** Runs a program on the host as root and gives its output; throws where it fails. */
  readonly sh: (program: string) => string;
  /** What the stand-ins were called with, a line a call. */
  readonly systemdCalls: () => readonly string[];
  readonly stop: () => void;
};

const prepare = `set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/etc" "$1/etc-work" "$1/bin"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/etc,workdir=$1/etc-work" /etc
mount -t tmpfs tmpfs /run
# Every login would run, and wait for, what the people of this machine keep there.
mount -t tmpfs -o mode=700 tmpfs /root
mount -t tmpfs tmpfs /var/lib/private 2>/dev/null || true
mkdir -p "$1/var"; mkdir -p /var/lib; mount -t overlay overlay -o "lowerdir=/var/lib,upperdir=$1/var,workdir=$(mkdir -p "$1/var-work"; echo "$1/var-work")" /var/lib
mount -t sysfs sysfs /sys 2>/dev/null || true
rm -rf /etc/mlbroute /etc/systemd/network /etc/systemd/networkd.conf.d /var/lib/mlbroute
mkdir -p /etc/systemd/network /etc/systemd/system/multi-user.target.wants /run/systemd/system /run/systemd/netif/links /usr/local/sbin
# Networkd is enabled, as it is where it runs.
ln -sf /lib/systemd/system/systemd-networkd.service /etc/systemd/system/multi-user.target.wants/systemd-networkd.service
cat >"$1/bin/stand-in"; chmod 755 "$1/bin/stand-in"
cp -a /usr/local/sbin/. "$1/bin/" 2>/dev/null || true
cp "$1/bin/stand-in" "$1/bin/systemctl"; cp "$1/bin/stand-in" "$1/bin/systemd-run"
mount --bind "$1/bin" /usr/local/sbin
ip link set lo up
for i in 0 1; do
  ip link add "eth$i" type veth peer name "peer$i"
  ip link set "eth$i" addrgenmode none; ip link set "peer$i" addrgenmode none
  ip link set "eth$i" up; ip link set "peer$i" up
done
ip address add 192.168.1.11/24 dev eth0
ip route add default via 192.168.1.1
: >/run/systemd/netif/state
for i in 0 1; do
  printf '[Match]\\nName=eth%s\\n' "$i" >"/etc/systemd/network/10-eth$i.network"
  echo "NETWORK_FILE=/etc/systemd/network/10-eth$i.network" >"/run/systemd/netif/links/$(cat /sys/class/net/eth$i/ifindex 2>/dev/null || ip -o link show eth$i | cut -d: -f1)"
done
`;

/** Needs root and unshare(1); throws with the reason where one is missing. `shell` runs the programs. */
export function startNamespaceHost(shell: readonly string[] = ['dash']): NamespaceHost {
  if (process.getuid?.() !== 0) throw new Error('this test makes namespaces: run it as root');
  const scratch = mkdtempSync(join(tmpdir(), 'mlbroute-host-'));
  const holder: ChildProcess = spawn(
    'unshare',
    ['--net', '--mount', '--pid', '--fork', '--kill-child=KILL', 'sleep', 'infinity'],
    { stdio: 'ignore' },
  );
  const pid = waitForChild(holder.pid ?? 0);
  const enter = ['-t', String(pid), '-n', '-m'];
  const name = parseHostName('node1');
  if (!name.ok) throw new Error(name.error);
  execFileSync('nsenter', [...enter, 'sh', '-s', scratch], { input: '', stdio: 'pipe' });
  writeFileSync(join(scratch, 'prepare'), prepare);
  execFileSync('nsenter', [...enter, 'sh', '-c', `. ${join(scratch, 'prepare')}`, 'sh', scratch], {
    input: systemdStandIn,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const sh = (program: string) =>
    execFileSync('nsenter', [...enter, 'sh', '-c', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return {
    connection: {
      name: name.value,
      address: 'node1',
      port: 22,
      user: 'root',
      privateKeyFiles: [],
      identitiesOnly: false,
      password: null,
      become: null,
      proxyCommand: null,
      knownHostsFiles: null,
      hostKeyChecking: 'strict',
      connectTimeoutMs: null,
      transport: { kind: 'ssh2' },
      sshArguments: ['-F', 'none'],
    },
    connect: async () => ok({ run: (request) => run([...enter, ...shell], request), close: async () => {} }),
    pid,
    sh,
    systemdCalls: () =>
      sh('cat /run/systemd-calls 2>/dev/null || true')
        .split('\n')
        .filter((line) => line !== ''),
    stop: () => {
      holder.kill('SIGKILL');
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** unshare(1) forks; the namespaces are those of its child. */
function waitForChild(parent: number): number {
  for (let tries = 0; tries < 200; tries++) {
    const children = execFileSync('sh', ['-c', `cat /proc/${parent}/task/${parent}/children 2>/dev/null || true`], {
      encoding: 'utf8',
    }).trim();
    if (children !== '') return Number(children.split(' ')[0]);
    execFileSync('sleep', ['0.02']);
  }
  throw new Error('unshare did not start');
}

function run(inHost: readonly string[], request: RunRequest) {
  return new Promise<
    ReturnType<typeof ok<RunResult>> | ReturnType<typeof err<{ kind: 'connection-lost'; message: string }>>
  >((resolve) => {
    const child = spawn('nsenter', inHost, { stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) request.onLine?.(line);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.on('close', (exitCode) => resolve(ok({ exitCode, stdout, stderr })));
    child.stdin.end(request.program);
  });
}
