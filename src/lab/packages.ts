import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { runCommand, searchPath } from './host-command.ts';
import { labError } from './lab-error.ts';
import { isWideMachine } from './wide-registers.ts';

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
/** Debian's keys; on Debian they are there, on Ubuntu not always. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Makes sure the host has all packages; with `install`, and as root, by installing them. Throws a LabError with the exact apt line. */
export async function requirePackages(options: {
  readonly isRootless: boolean;
  readonly install: boolean;
  readonly print: (line: string) => void;
  /** Tells the files that exist; default: this machine's. */
  readonly isThere?: (path: string) => boolean;
}): Promise<void> {
  const missing = missingPackages(options.isThere ?? existsSync, isWideMachine());
  if (missing.length === 0) return;
  const line = ['apt-get', 'install', '-y', '--no-install-recommends', ...missing];
  if (!options.install || options.isRootless) {
    throw labError(
      `the lab needs packages this machine does not have: ${missing.join(', ')}`,
      options.isRootless
        ? `sudo ${line.join(' ')}`
        : `${line.join(' ')}; or let the lab do it: mlbroute lab up --install`,
    );
  }
  options.print(`installing ${missing.join(' ')}`);
  for (const argv of [['apt-get', 'update', '-q'], line]) {
    const result = await runCommand(['env', 'DEBIAN_FRONTEND=noninteractive', ...argv], { timeoutMs: 900_000 });
    if (result.code !== 0) {
      const said = `${result.stdout}${result.stderr}`.trim().split('\n').slice(-8).join('\n');
      throw labError(`\`${argv.join(' ')}\` exited ${result.code}:\n${said}`, 'see /var/log/apt/term.log');
    }
  }
}

/** The packages to install, sorted, where `isThere` tells the files that exist. Wide registers need a compiler. */
export function missingPackages(isThere: (path: string) => boolean, hasWideRegisters: boolean): readonly string[] {
  const needed = hasWideRegisters ? { ...packageOf, tcc: 'tcc' } : packageOf;
  const missing = Object.entries(needed)
    .filter(([program]) => !searchPath.some((folder) => isThere(join(folder, program))))
    .map(([, name]) => name);
  if (!isThere(keyring)) missing.push('debian-archive-keyring');
  return [...new Set(missing)].sort();
}

/** Checks what an ordinary user's image build needs besides. Throws a LabError that says what is missing. */
export function requireRootlessBuild(): void {
  const missing = Object.entries({ fakeroot: 'fakeroot', newuidmap: 'uidmap' }).filter(
    ([program]) => !findProgram(program),
  );
  if (missing.length > 0) {
    const names = missing.map(([, name]) => name).join(' ');
    throw labError(
      `building the image as an ordinary user needs: ${names}`,
      `sudo apt-get install -y --no-install-recommends ${names}`,
    );
  }
  const { username } = userInfo();
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    if (
      existsSync(file) &&
      readFileSync(file, 'utf8')
        .split('\n')
        .some((line) => line.startsWith(`${username}:`))
    )
      continue;
    throw labError(
      `building the image as ${username} needs a range of ids in ${file}`,
      `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${username}`,
    );
  }
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
