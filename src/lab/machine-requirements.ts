import { accessSync, constants, existsSync } from 'node:fs';
import { mkdir, readFile, statfs } from 'node:fs/promises';
import { runCommand } from './host-command.ts';
import { labError } from './lab-error.ts';

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
