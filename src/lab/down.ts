import { readdir, readlink, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, stopDaemon } from './daemon.ts';
import { labError } from './lab-error.ts';
import { deadDaemons, hostBootId, type Lab, labDirectory, readLab } from './lab-state.ts';
import { closeShared } from './node-shell.ts';

/**
 * Ends the lab in `dir` (default as `labDirectory`): its processes, and with them its namespaces, and its files. The image stays in the cache.
 * Good for half a lab too. False where there was none. Throws a LabError if something would not go.
 */
export async function downLab(dir?: string): Promise<boolean> {
  const path = labDirectory(dir);
  const lab = await readLab(path);
  if (lab === undefined) return false;
  const isThisBoot = lab.hostBootId === (await hostBootId());
  if (lab.phase === 'starting' && isThisBoot && lab.controller.pid !== process.pid && isRunning(lab.controller)) {
    throw labError(
      `\`lab up\`, process ${lab.controller.pid}, is still at work in ${path}`,
      'stop it with Ctrl-C, or wait for it',
    );
  }
  await stopProcesses(lab);
  await removeFiles(path);
  return true;
}

/** Closes shared connections and kills the recorded processes that are still the recorded ones. Throws a LabError if one stays, or one it does not know is in the namespaces. */
export async function stopProcesses(lab: Lab): Promise<void> {
  await Promise.all(lab.nodes.map((node) => closeShared(lab, node.name)));
  const dead = new Set(await deadDaemons(lab));
  const running = lab.daemons.filter((daemon) => !dead.has(daemon));
  const namespaces = new Set(
    await Promise.all(running.slice(0, 3).map((daemon) => readlink(`/proc/${daemon.pid}/ns/net`))),
  );
  namespaces.delete(await readlink('/proc/self/ns/net'));
  // Last started, first ended: the holders of the namespaces go last.
  const stopped = await Promise.all(running.toReversed().map(stopDaemon));
  const left = running.toReversed().filter((_, i) => !stopped[i]);
  for (let waitedMs = 0; ; waitedMs += 50) {
    const inside = await membersOf(namespaces);
    if (inside.length === 0 && left.length === 0) return;
    if (waitedMs >= 5000) {
      const pids = [...left.map((daemon) => daemon.pid), ...inside].join(', ');
      throw labError(
        `processes still run in the lab's namespaces: ${pids}`,
        `if they are yours, end them; then \`mlbroute lab down\` again`,
      );
    }
    await sleep(50);
  }
}

/** Removes the lab's files from `dir`, and `dir` if nothing else is in it. */
export async function removeFiles(dir: string): Promise<void> {
  for (const name of ['run', 'id', 'id.pub', 'known_hosts', 'inventory.yaml', 'lab.json.new', 'lab.json']) {
    await rm(join(dir, name), { recursive: true, force: true });
  }
  try {
    await rmdir(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY') throw error;
  }
}

async function membersOf(namespaces: ReadonlySet<string>): Promise<number[]> {
  if (namespaces.size === 0) return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  // Other users' and just ended processes cannot be read; they are not ours.
  const links = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/ns/net`).catch(() => '')));
  return pids.filter((_, i) => namespaces.has(links[i] ?? '')).map(Number);
}
