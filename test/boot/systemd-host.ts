import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { labImage } from '../../src/lab/image.ts';
import { userModeKernel } from '../../src/lab/packages.ts';
import { makeKey } from '../transport/sshd.ts';

/** A host with a real systemd and networkd, in namespaces, on this machine's kernel: of the lab's Debian, with eth1 and a gateway 1.2.3.1 there. */
export type SystemdHost = {
  /** Runs a program on the host as root and gives its output; throws where it fails. */
  readonly sh: (program: string) => string;
  /** Writes an inventory of this host with these variables, and gives its path. It holds until the next reboot. */
  readonly inventory: (vars: object) => string;
  /** As `reboot` does it: units are stopped, what is on the disk stays. */
  readonly reboot: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

const boot = fileURLToPath(new URL('systemd-host.sh', import.meta.url));
/** What the lab's nodes have and this one has no use for, and udev, which would look at this machine's devices. */
const idle = [
  'lab-firstboot',
  'lab-pods',
  'lab-pod-server',
  'lab-host-server',
  'lab-kube-proxy',
  'lab-speaker',
  'ssh',
  'systemd-udevd',
  'systemd-udev-trigger',
];

/** Boots one; `files` are there from the first boot. Needs root, and what the lab's image needs. */
export async function startSystemdHost(files: Readonly<Record<string, string>>): Promise<SystemdHost> {
  const image = await labImage(userModeKernel(), {
    isRootless: false,
    print: (line) => process.stderr.write(`${line}\n`),
  });
  const folder = mkdtempSync(join(tmpdir(), 'systemd-host-'));
  const inHost = (path: string) => join(folder, 'upper', path);
  const write = (path: string, text: string) => {
    mkdirSync(join(inHost(path), '..'), { recursive: true });
    writeFileSync(inHost(path), text);
  };
  makeKey(join(folder, 'host_key'), 'ed25519');
  makeKey(join(folder, 'id'), 'ed25519');
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  writeFileSync(join(folder, 'known_hosts'), `* ${read('host_key.pub')}`);
  write('etc/test/host_key', read('host_key'));
  chmodSync(inHost('etc/test/host_key'), 0o600);
  write('etc/test/authorized_keys', read('id.pub'));
  write(
    'etc/test/sshd_config',
    'HostKey /etc/test/host_key\nAuthorizedKeysFile /etc/test/authorized_keys\nPermitRootLogin yes\nUsePAM no\nUseDNS no\nStrictModes no\nPidFile none\n',
  );
  write(
    'etc/systemd/network/10-eth1.network',
    '[Match]\nName=eth1\n\n[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n',
  );
  for (const [path, text] of Object.entries(files)) write(path, text);
  mkdirSync(inHost('etc/systemd/system'), { recursive: true });
  for (const name of idle) symlinkSync('/dev/null', inHost(`etc/systemd/system/${name}.service`));

  let machine = await start(image, folder);
  const namespaces = ['-m', '-n', '-p', '-u', '-i', '-C'];
  const enter = () => ['-t', String(machine.init), ...namespaces];
  const sh = (program: string) =>
    execFileSync('nsenter', [...enter(), 'sh', '-c', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const settle = async () => {
    for (let tries = 0; !/^(running|degraded)$/m.test(sh('systemctl is-system-running || true')); tries++) {
      if (tries > 150)
        throw new Error(`it does not boot:\n${sh('systemctl list-jobs; journalctl -b --no-pager | tail -n 50')}`);
      await sleep(200);
    }
  };
  await settle();
  return {
    sh,
    inventory: (vars) => {
      const path = join(folder, 'inventory.json');
      const host = {
        ansible_ssh_common_args: `-o UserKnownHostsFile=${join(folder, 'known_hosts')} -o "ProxyCommand=nsenter ${enter().join(' ')} sh -c 'mkdir -p /run/sshd; exec /usr/sbin/sshd -i -f /etc/test/sshd_config'"`,
      };
      const all = { ansible_user: 'root', ansible_ssh_private_key_file: join(folder, 'id'), ...vars };
      writeFileSync(path, JSON.stringify({ all: { vars: all, hosts: { n1: host } } }));
      return path;
    },
    reboot: async () => {
      const ended = new Promise((resolve) => machine.child.once('close', resolve));
      sh('systemctl reboot');
      await ended;
      machine = await start(image, folder);
      await settle();
    },
    stop: async () => {
      machine.child.kill('SIGKILL');
      await removeBranch(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start(image: string, folder: string): Promise<{ readonly child: ChildProcess; readonly init: number }> {
  const child = spawn('sh', [boot, image, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      said += data;
    });
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`it does not start: ${said}`);
    const init = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ')[0]);
    if (init > 0 && isSystemd(init)) return { child, init };
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`it does not come to systemd: ${said}`);
}

/** Before it comes to that, the shell starts one short program after another. */
function isSystemd(pid: number): boolean {
  return spawnSync('cat', [`/proc/${pid}/comm`], { encoding: 'utf8' }).stdout === 'systemd\n';
}

/** Removes the cgroups that systemd made; they are empty when all of its processes are gone, which takes a moment. */
async function removeBranch(folder: string): Promise<void> {
  for (const hierarchy of ['/sys/fs/cgroup/unified', '/sys/fs/cgroup']) {
    const branch = join(hierarchy, `mlbroute-${basename(folder)}`);
    for (let tries = 0; existsSync(branch); tries++) {
      const { stderr } = spawnSync('find', [branch, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+'], {
        encoding: 'utf8',
      });
      if (tries > 100) throw new Error(stderr);
      await sleep(50);
    }
  }
}
