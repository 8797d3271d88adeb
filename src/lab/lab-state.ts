import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Daemon, isRunning } from './daemon.ts';
import type { KubeProxyMode } from './kube-proxy-rules.ts';
import { labError } from './lab-error.ts';
import { type LabNode, labNodes } from './topology.ts';

/** A lab on this machine: what `<dir>/lab.json` records. */
export type Lab = {
  /** Absolute. Everything of the lab but the disk image is below it. */
  readonly dir: string;
  readonly phase: 'starting' | 'up' | 'failed';
  readonly nodes: readonly LabNode[];
  readonly kubeProxy: KubeProxyMode;
  /** True: an ordinary user's lab, in a user namespace of its own. */
  readonly isRootless: boolean;
  /** The host's /proc/sys/kernel/random/boot_id: pids of another boot mean nothing. */
  readonly hostBootId: string;
  /** The process that ran `up`. */
  readonly controller: Omit<Daemon, 'name'>;
  /** In order of start. `switch`, `client` and `onlink` hold the namespaces; `router` and the nodes' names are machines; `n1.sock` is a forwarder. */
  readonly daemons: readonly Daemon[];
};

/** The lab's data files: scripts of the host and files of the guests. The same path from src/lab and from dist/lab. */
export const labFiles = fileURLToPath(new URL('../../lab', import.meta.url));

/** The lab's directory: the argument, else MLBROUTE_LAB_DIR, else below XDG_STATE_HOME. Throws a LabError on a path ssh and socat cannot take. */
export function labDirectory(dir: string | undefined): string {
  const chosen =
    dir ??
    process.env.MLBROUTE_LAB_DIR ??
    join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local/state'), 'mlbroute/lab');
  const path = resolve(chosen);
  if (!/^[\w/.@+-]+$/.test(path)) {
    throw labError(
      `lab directory ${JSON.stringify(path)} has characters that ssh or socat would read`,
      'give another one with --dir',
    );
  }
  // sockaddr_un holds 108 bytes, and ssh adds 17 to the name of a control socket while it makes it.
  const longest = `${path}/run/n20.control.0123456789abcdef`;
  if (longest.length > 107) {
    throw labError(
      `lab directory ${path} is ${longest.length - 107} characters too long for its unix sockets`,
      'give a shorter one with --dir',
    );
  }
  return path;
}

/** The lab recorded in `dir`, or undefined where there is none. Throws a LabError if the record cannot be read. */
export async function readLab(dir: string): Promise<Lab | undefined> {
  const file = join(dir, 'lab.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw labError(
      `cannot read ${file}: ${(error as Error).message}`,
      "is it another user's lab? Give your own directory with --dir",
    );
  }
  try {
    const { nodeCount, ...rest } = JSON.parse(text) as Omit<Lab, 'nodes'> & { nodeCount: number };
    return { ...rest, dir, nodes: labNodes(nodeCount) };
  } catch {
    throw labError(`${file} is no record of a lab`, `look for processes that name ${dir}, then remove the file`);
  }
}

/** Writes the record, whole or not at all. */
export async function saveLab(lab: Lab): Promise<void> {
  const file = join(lab.dir, 'lab.json');
  await writeFile(`${file}.new`, recordOf(lab), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** The running lab in `dir` (default as `labDirectory`). Throws a LabError if there is none, or only a part of one. */
export async function openLab(dir?: string): Promise<Lab> {
  const path = labDirectory(dir);
  const lab = await readLab(path);
  if (lab === undefined) throw labError(`no lab in ${path}`, 'start one with `mlbroute lab up`');
  const dead = await deadDaemons(lab);
  if (lab.phase !== 'up')
    throw labError(
      `the lab in ${path} is only half up (${lab.phase})`,
      'run `mlbroute lab down`, then `mlbroute lab up`',
    );
  if (dead.length > 0) {
    const names = dead.map((daemon) => daemon.name).join(', ');
    throw labError(
      `the lab in ${path} is only half up: not running: ${names}`,
      'run `mlbroute lab down`, then `mlbroute lab up`',
    );
  }
  return lab;
}

/** The recorded processes that no longer run. All of them, if the machine was restarted since. */
export async function deadDaemons(lab: Lab): Promise<readonly Daemon[]> {
  if (lab.hostBootId !== (await hostBootId())) return lab.daemons;
  return lab.daemons.filter((daemon) => !isRunning(daemon));
}

/** Writes the first record of a lab. Throws a LabError if there is one already, so of two `up` at once one gives way. */
export async function claimLab(lab: Lab): Promise<void> {
  await mkdir(lab.dir, { recursive: true, mode: 0o700 });
  try {
    await writeFile(join(lab.dir, 'lab.json'), recordOf(lab), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw labError(`another \`lab up\` has just begun in ${lab.dir}`, 'wait for it, or give another --dir');
    throw labError(`cannot write to the lab directory: ${message}`, 'give a directory of your own with --dir');
  }
}

function recordOf(lab: Lab): string {
  const { nodes, ...rest } = lab;
  return `${JSON.stringify({ ...rest, nodeCount: nodes.length }, null, 2)}\n`;
}

/** This boot of this machine. */
export async function hostBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** Where `up` writes the inventory of the lab in `dir`. */
export function labInventoryPath(lab: Pick<Lab, 'dir'>): string {
  return join(lab.dir, 'inventory.yaml');
}

/** A node by name. Throws a LabError that lists the names there are. */
export function nodeOf(lab: Lab, name: string): LabNode {
  const node = lab.nodes.find((candidate) => candidate.name === name);
  if (node) return node;
  throw labError(`no node ${name} in the lab`, `nodes: ${lab.nodes.map((candidate) => candidate.name).join(', ')}`);
}
