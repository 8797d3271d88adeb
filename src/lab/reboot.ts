import { setTimeout as sleep } from 'node:timers/promises';
import { labError } from './lab-error.ts';
import { type Lab, nodeOf } from './lab-state.ts';
import { consoleLog } from './machines.ts';
import { closeShared, exec } from './node-shell.ts';
import { waitForGreeting, waitForServices } from './readiness.ts';

const rebootTimeoutMs = 120_000;

/** Reboots nodes at once and waits until each answers ssh with a new boot id and its services run. Throws a LabError if one does not. */
export async function rebootNodes(lab: Lab, names: readonly string[], print: (line: string) => void): Promise<void> {
  const nodes = names.map((name) => nodeOf(lab, name));
  await Promise.all(
    nodes.map(async (node) => {
      const began = performance.now();
      const before = await bootId(lab, node.name);
      await exec(lab, node.name, 'systemctl reboot --no-block');
      await closeShared(lab, node.name);
      while ((await bootIdOrNothing(lab, node.name)) === before) {
        if (performance.now() - began > rebootTimeoutMs) {
          throw labError(
            `${node.name} has not gone down within ${rebootTimeoutMs / 1000} s`,
            `its console: ${consoleLog(lab, node.name)}`,
          );
        }
        await sleep(500);
      }
      await waitForGreeting(lab, node, rebootTimeoutMs);
      await waitForServices(lab, node);
      if ((await bootId(lab, node.name)) === before) {
        throw labError(`${node.name} answers, but has not rebooted`, `its console: ${consoleLog(lab, node.name)}`);
      }
      print(`${node.name} rebooted in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    }),
  );
}

/** The id of a node's present boot. Throws a LabError if it does not answer. */
export async function bootId(lab: Lab, node: string): Promise<string> {
  const result = await exec(lab, node, 'cat /proc/sys/kernel/random/boot_id');
  if (result.code === 0) return result.stdout.trim();
  throw labError(`${node} does not answer: ${result.stderr.trim()}`, 'see `mlbroute lab status`');
}

async function bootIdOrNothing(lab: Lab, node: string): Promise<string> {
  return (await exec(lab, node, 'cat /proc/sys/kernel/random/boot_id', 15_000)).stdout.trim();
}
