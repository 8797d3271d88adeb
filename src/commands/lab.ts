import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { downLab } from '../lab/down.ts';
import { isLabError } from '../lab/lab-error.ts';
import { labInventoryPath, openLab } from '../lab/lab-state.ts';
import { sshCommand } from '../lab/node-shell.ts';
import { rebootNodes } from '../lab/reboot.ts';
import { inspectLab } from '../lab/status.ts';
import { type LabOptions, upLab } from '../lab/up.ts';

/** Where lines go, each without its end: `tell` is for people, `give` for what the command was asked for. */
export type LabOutput = { readonly tell: (line: string) => void; readonly give: (line: string) => void };
type InDirectory = { /** Default: MLBROUTE_LAB_DIR, else below XDG_STATE_HOME. */ readonly dir?: string };

/** `mlbroute lab up`: boots the lab and gives the path of its inventory. Exit code 0, or 1 with the reason and the way out. */
export function labUp(options: LabOptions, output: LabOutput): Promise<number> {
  return explained(output, async () => {
    const began = performance.now();
    const lab = await upLab(options, output.tell);
    output.tell(
      `${lab.nodes.length} nodes up in ${((performance.now() - began) / 1000).toFixed(1)} s, kube-proxy ${lab.kubeProxy}`,
    );
    output.give(labInventoryPath(lab));
    return 0;
  });
}

/** `mlbroute lab down`: nothing of the lab stays but the disk image in the cache. Exit code 0 where there is none, too. */
export function labDown(options: InDirectory, output: LabOutput): Promise<number> {
  return explained(output, async () => {
    output.tell((await downLab(options.dir)) ? 'the lab is gone' : 'there is no lab');
    return 0;
  });
}

/** `mlbroute lab status`: a line per node. Exit code 0 if all is up, else 1. */
export function labState(options: InDirectory, output: LabOutput): Promise<number> {
  return explained(output, async () => {
    const { dir, lab, isUp, machines, ended } = await inspectLab(options.dir);
    if (lab === undefined) {
      output.give(`no lab in ${dir}`);
      return 1;
    }
    output.give(`${dir}: ${isUp ? 'up' : `not whole (${lab.phase})`}, kube-proxy ${lab.kubeProxy}`);
    for (const { name, address, state } of machines) output.give(`${name.padEnd(4)} ${address.padEnd(14)} ${state}`);
    if (ended.length > 0) output.give(`ended: ${ended.join(', ')}`);
    if (!isUp) output.give('hint: `mlbroute lab down`, then `mlbroute lab up`');
    return isUp ? 0 : 1;
  });
}

/** `mlbroute lab ssh NODE [CMD…]`: root's shell on a node, or one command; the terminal is handed over. Exit code: ssh's. */
export function labSsh(
  options: InDirectory & { readonly node: string; readonly command: readonly string[] },
  output: LabOutput,
): Promise<number> {
  return explained(output, async () => {
    const lab = await openLab(options.dir);
    const [program = '', ...args] = sshCommand(lab, options.node);
    const child = spawn(program, [...args, `root@${options.node}`, ...options.command], { stdio: 'inherit' });
    const [code] = (await once(child, 'close')) as [number | null];
    return code ?? 1;
  });
}

/** `mlbroute lab reboot NODE…|all`: reboots, and waits until each node is back with its services. */
export function labReboot(
  options: InDirectory & { readonly nodes: readonly string[] },
  output: LabOutput,
): Promise<number> {
  return explained(output, async () => {
    const lab = await openLab(options.dir);
    const names = options.nodes.includes('all') ? lab.nodes.map((node) => node.name) : options.nodes;
    await rebootNodes(lab, names, output.tell);
    return 0;
  });
}

/** `mlbroute lab inventory`: prints the inventory. */
export function labInventory(options: InDirectory, output: LabOutput): Promise<number> {
  return explained(output, async () => {
    const lab = await openLab(options.dir);
    output.give((await readFile(labInventoryPath(lab), 'utf8')).trimEnd());
    return 0;
  });
}

/** Expected trouble becomes lines and exit code 1; a bug goes on up. */
async function explained(output: LabOutput, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!isLabError(error)) throw error;
    output.tell(`error: ${error.message}`);
    output.tell(`hint: ${error.hint}`);
    return 1;
  }
}
