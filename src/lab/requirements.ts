import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, runCommand, searchPath } from './host-command.ts';
import { labError } from './lab-error.ts';

/** The user-mode kernel and the tree of its modules. */
export type UserModeKernel = { readonly binary: string; readonly modules: string };

const packageOf: Readonly<Record<string, string>> = {
  'linux.uml': 'user-mode-linux',
  mmdebstrap: 'mmdebstrap',
  mke2fs: 'e2fsprogs',
  depmod: 'kmod',
  ip: 'iproute2',
  sysctl: 'procps',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  socat: 'socat',
  tcpdump: 'tcpdump',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  flock: 'util-linux',
};
const rootlessPackageOf: Readonly<Record<string, string>> = { fakeroot: 'fakeroot', newuidmap: 'uidmap' };
/** Debian's keys; on Debian they are there, on Ubuntu not always. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Makes sure the host has all packages; with `install`, and as root, by installing them. Throws a LabError with the exact apt line. */
export async function requirePackages(options: {
  readonly isRootless: boolean;
  readonly install: boolean;
  readonly print: (line: string) => void;
}): Promise<void> {
  const missing = missingPackages(options.isRootless);
  if (missing.length === 0) return;
  const line = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (!options.install || options.isRootless) {
    const how = options.isRootless ? `sudo ${line}` : `${line}\nor let the lab do it: mlbroute lab up --install`;
    throw labError(`the lab needs packages this machine does not have: ${missing.join(', ')}`, how);
  }
  options.print(`installing ${missing.join(' ')}`);
  const environment = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  await mustRun([...environment, 'apt-get', 'update', '-q'], { timeoutMs: 300_000 });
  await mustRun([...environment, ...line.split(' ')], { timeoutMs: 900_000 });
}

function missingPackages(isRootless: boolean): string[] {
  const wanted = Object.entries(isRootless ? { ...packageOf, ...rootlessPackageOf } : packageOf);
  const missing = wanted.filter(([program]) => findProgram(program) === undefined).map(([, name]) => name);
  if (!existsSync(keyring)) missing.push('debian-archive-keyring');
  return [...new Set(missing)].sort();
}

function findProgram(name: string): string | undefined {
  return searchPath.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** The installed user-mode kernel. Throws a LabError if its modules are not there. */
export function userModeKernel(): UserModeKernel {
  const tree = '/usr/lib/uml/modules';
  const version = existsSync(tree) ? readdirSync(tree).sort().at(-1) : undefined;
  const binary = findProgram('linux.uml');
  if (version === undefined || binary === undefined) {
    throw labError(`no modules of the user-mode kernel in ${tree}`, 'apt-get install --reinstall user-mode-linux');
  }
  return { binary, modules: join(tree, version) };
}

/** Checks what no package can bring: tap devices, namespaces, memory, disk. Throws a LabError that says what to do. */
export async function requireMachine(options: {
  readonly isRootless: boolean;
  readonly nodeCount: number;
  readonly dir: string;
}): Promise<void> {
  requireTun(options.isRootless);
  const isolate = options.isRootless
    ? ['unshare', '-Urnm', 'true']
    : ['unshare', '-n', '-p', '--fork', '--mount-proc', 'true'];
  const namespaces = await runCommand(isolate);
  if (namespaces.code !== 0) {
    throw labError(
      `this machine does not let ${options.isRootless ? 'an ordinary user' : 'root'} make namespaces: ${namespaces.stderr.trim()}`,
      options.isRootless
        ? 'run it as root, or allow it: sysctl kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0'
        : 'in a container: give it CAP_SYS_ADMIN and CAP_NET_ADMIN',
    );
  }
  const availableMb = Number(/^MemAvailable:\s+(\d+)/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1] ?? 0) / 1024;
  const wantedMb = 100 * options.nodeCount + 50;
  if (availableMb < wantedMb) {
    throw labError(
      `${Math.round(availableMb)} MB of memory are free, ${options.nodeCount} nodes take ${wantedMb}`,
      'take fewer with --nodes',
    );
  }
  await requireDisk(options.dir, 150 * options.nodeCount, 'give a directory on another disk with --dir');
}

/** Checks that the disk of `folder`, which is made, has room. Throws a LabError. */
export async function requireDisk(folder: string, wantedMb: number, hint: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const disk = await statfs(folder);
  const freeMb = Math.floor((disk.bavail * disk.bsize) / 2 ** 20);
  if (freeMb < wantedMb)
    throw labError(`${freeMb} MB are free on the disk of ${folder}, the lab needs ${wantedMb}`, hint);
}

function requireTun(isRootless: boolean): void {
  const device = '/dev/net/tun';
  if (!existsSync(device)) {
    throw labError(
      `${device} is missing: the nodes' network cards are tap devices`,
      'modprobe tun; or: mkdir -p /dev/net && mknod /dev/net/tun c 10 200',
    );
  }
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
  } catch {
    throw labError(
      `${device} cannot be opened by this user`,
      isRootless
        ? 'sudo chmod 0666 /dev/net/tun (as Debian and Ubuntu ship it), or run the lab as root'
        : 'give the container access to the device',
    );
  }
}
