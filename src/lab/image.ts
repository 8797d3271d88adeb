import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { runCommand } from './host-command.ts';
import { labError } from './lab-error.ts';
import { labFiles } from './lab-state.ts';
import { requireDisk } from './machine-requirements.ts';
import { requireRootlessBuild, type UserModeKernel } from './packages.ts';

const suite = 'bookworm';

/**
 * The disk image all nodes start from; built once per recipe (about half a minute) and kept in the cache, which a removed folder empties.
 * Throws a LabError with the end of the build's log.
 */
export async function labImage(
  kernel: UserModeKernel,
  options: { readonly isRootless: boolean; readonly print: (line: string) => void },
): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mlbroute/lab');
  const folder = join(cache, await recipeKey(kernel));
  const image = join(folder, 'base.ext4');
  if (existsSync(image)) return image;
  if (options.isRootless) requireRootlessBuild();
  await mkdir(cache, { recursive: true, mode: 0o755 });
  await requireDisk(cache, 1500, 'make room, or set XDG_CACHE_HOME to a folder on another disk');
  options.print(`building the Debian ${suite} image, once: ${folder}`);
  const log = `${folder}.log`;
  const script = 'exec >> "$1" 2>&1; shift; exec sh "$@"';
  const build = [join(labFiles, 'host/build-image.sh'), labFiles, folder, suite, kernel.modules];
  const result = await runCommand(['flock', join(cache, 'lock'), 'sh', '-c', script, 'build', log, ...build], {
    timeoutMs: 1_800_000,
  });
  if (result.code !== 0) {
    const said = existsSync(log) ? await readFile(log, 'utf8') : result.stderr;
    throw labError(
      `the image build exited ${result.code}; its last lines:\n${said.trimEnd().split('\n').slice(-12).join('\n')}`,
      `the whole log: ${log}; it needs a Debian mirror that apt can reach`,
    );
  }
  return image;
}

/**
 * Gives a lab a name of its own for the image, so that whoever empties the cache does not take the disk from under its next reboot. Where the
 * file system or the owner does not allow a hard link, the image's own path.
 */
export async function holdImage(image: string, dir: string): Promise<string> {
  const held = join(dir, 'run/base.ext4');
  try {
    await link(image, held);
    return held;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EXDEV' || code === 'EPERM' || code === 'EMLINK') return image;
    throw error;
  }
}

/** A hash of all that goes into the image: files of the lab, suite, kernel modules. */
async function recipeKey(kernel: UserModeKernel): Promise<string> {
  const hash = createHash('sha256').update(`${suite}\n${kernel.modules}\n`);
  for (const file of await recipeFiles()) {
    hash
      .update(`${relative(labFiles, file)}\n`)
      .update(await readFile(file))
      .update('\n');
  }
  return hash.digest('hex').slice(0, 16);
}

async function recipeFiles(): Promise<string[]> {
  const guest = await readdir(join(labFiles, 'guest'), { recursive: true, withFileTypes: true });
  const files = guest.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return [
    ...files,
    ...['packages.txt', 'masked-units.txt', 'host/build-image.sh'].map((name) => join(labFiles, name)),
  ].sort();
}
