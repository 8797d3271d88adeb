import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, ourselves } from './daemon.ts';
import { removeFiles, stopProcesses } from './down.ts';
import { holdImage, labImage } from './image.ts';
import { inventoryText } from './inventory-text.ts';
import type { KubeProxyMode } from './kube-proxy-rules.ts';
import { labError } from './lab-error.ts';
import {
  claimLab,
  deadDaemons,
  hostBootId,
  type Lab,
  labDirectory,
  labInventoryPath,
  readLab,
  saveLab,
} from './lab-state.ts';
import { requireMachine } from './machine-requirements.ts';
import { requirePackages, userModeKernel } from './packages.ts';
import { waitForGreeting, waitForServices } from './readiness.ts';
import { type GuestFiles, writeSeeds } from './seed.ts';
import { startMachines, startNetwork } from './start.ts';
import { labNodes, maxNodes } from './topology.ts';
import { kernelCommand } from './wide-registers.ts';

/** What a lab is to be. */
export type LabOptions = {
  /** 1 to 20; default 3. */
  readonly nodes?: number;
  /** Default iptables. */
  readonly kubeProxy?: KubeProxyMode;
  /** True: install missing packages of this machine, as root. */
  readonly install?: boolean;
  /** Default: MLBROUTE_LAB_DIR, else below XDG_STATE_HOME. */
  readonly dir?: string;
  /** Node name → files it has from its first boot. Default: `ubuntuLike` on n2, so that the lab has both of the usual rp_filter settings. */
  readonly files?: Readonly<Record<string, GuestFiles>>;
  /** How long a node may take to its sshd's greeting; default two minutes. */
  readonly bootTimeoutMs?: number;
};

/** What Ubuntu ships where Debian has 0. */
export const ubuntuLike: GuestFiles = {
  '/etc/sysctl.d/10-network-security.conf': 'net.ipv4.conf.default.rp_filter=2\nnet.ipv4.conf.all.rp_filter=2\n',
};

/**
 * Boots a lab and returns when every node's services are there. `print` gets a line per stage, with its seconds. Throws a LabError with the way
 * out; then nothing runs any more, and the logs stay until the next `up` or `down`.
 */
export async function upLab(options: LabOptions, print: (line: string) => void): Promise<Lab> {
  const dir = labDirectory(options.dir);
  const count = options.nodes ?? 3;
  if (!Number.isInteger(count) || count < 1 || count > maxNodes) {
    throw labError(
      `a lab of ${count} nodes is outside 1–${maxNodes}`,
      'for hundreds of hosts use network namespaces: see the benchmark',
    );
  }
  const isRootless = process.getuid?.() !== 0;
  await requirePackages({ isRootless, install: options.install ?? false, print });
  await clearRemains(dir, print);
  await requireMachine({ isRootless, nodeCount: count, dir });
  const empty: Lab = {
    dir,
    phase: 'starting',
    nodes: labNodes(count),
    kubeProxy: options.kubeProxy ?? 'iptables',
    isRootless,
    hostBootId: await hostBootId(),
    controller: ourselves(process.pid),
    daemons: [],
  };
  await claimLab(empty);
  try {
    const lab = await boot(empty, options, print);
    await writeFile(labInventoryPath(lab), inventoryText(dir, lab.nodes), { mode: 0o600 });
    const finished: Lab = { ...lab, phase: 'up' };
    await saveLab(finished);
    return finished;
  } catch (error) {
    await abandon((await readLab(dir)) ?? empty, error);
    throw error;
  }
}

async function boot(empty: Lab, options: LabOptions, print: (line: string) => void): Promise<Lab> {
  const stage = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work();
    print(`${name.padEnd(9)} ${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s`);
    return result;
  };
  const kernel = userModeKernel();
  const image = await stage('image', () => labImage(kernel, { isRootless: empty.isRootless, print }));
  await mkdir(join(empty.dir, 'run/uml'), { recursive: true, mode: 0o700 });
  await stage('keys', () => writeSeeds(empty, options.files ?? { n2: ubuntuLike }));
  const wired = await stage('network', () => startNetwork(empty));
  const command = await kernelCommand(kernel.binary, empty);
  const lab = await startMachines(wired, command, await holdImage(image, empty.dir));
  await stage('boot', () =>
    Promise.all(lab.nodes.map((node) => waitForGreeting(lab, node, options.bootTimeoutMs ?? 300_000))),
  );
  await stage('services', () => Promise.all(lab.nodes.map((node) => waitForServices(lab, node))));
  return lab;
}

/** Ends what a failed `up` had begun. Its files stay, for the logs. */
async function abandon(lab: Lab, reason: unknown): Promise<void> {
  try {
    await stopProcesses(lab);
    await saveLab({ ...lab, phase: 'failed', daemons: [] });
  } catch (problem) {
    throw labError(`${reason}\nand it cannot be ended: ${problem}`, 'run `mlbroute lab down`');
  }
}

async function clearRemains(dir: string, print: (line: string) => void): Promise<void> {
  const old = await readLab(dir);
  if (old === undefined) return removeFiles(dir);
  const isThisBoot = old.hostBootId === (await hostBootId());
  if (old.phase === 'starting' && isThisBoot && isRunning(old.controller)) {
    throw labError(
      `another \`lab up\`, process ${old.controller.pid}, is at work in ${dir}`,
      'wait for it, or give another --dir',
    );
  }
  const dead = await deadDaemons(old);
  if (dead.length === old.daemons.length) {
    print(`removing what an earlier lab left in ${dir}`);
    return removeFiles(dir);
  }
  if (dead.length === 0 && old.phase === 'up') {
    throw labError(
      `the lab in ${dir} is already up, with ${old.nodes.length} nodes`,
      'use it, run `mlbroute lab down` first, or give another --dir',
    );
  }
  const what =
    old.phase === 'up' ? `${dead.length} of ${old.daemons.length} processes are gone` : 'it was never finished';
  throw labError(`the lab in ${dir} is half up: ${what}`, 'run `mlbroute lab down` first');
}
