import { setTimeout as sleep } from 'node:timers/promises';
import { labError } from './lab-error.ts';
import { type Lab, nodeOf } from './lab-state.ts';
import { consoleLog } from './machines.ts';
import { closeShared, exec } from './node-shell.ts';
import { waitForGreeting, waitForServices } from './readiness.ts';
import type { LabNode } from './topology.ts';

/** Half a minute is usual; a busy machine takes several times that. */
const rebootTimeoutMs = 300_000;
const askAgainMs = 45_000;

/** Reboots nodes at once and waits until each answers ssh with a new boot id and its services run. Throws a LabError if one does not. */
export async function rebootNodes(lab: Lab, names: readonly string[], print: (line: string) => void): Promise<void> {
  const nodes = names.map((name) => nodeOf(lab, name));
  await Promise.all(
    nodes.map(async (node) => {
      const began = performance.now();
      const before = await bootId(lab, node.name);
      await askForReboot(lab, node.name);
      await closeShared(lab, node.name);
      await waitForNewBoot(lab, node, before);
      await waitForServices(lab, node);
      print(`${node.name} rebooted in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    }),
  );
}

/** The id of a node's present boot. Throws a LabError if it does not answer. */
export async function bootId(lab: Lab, node: string): Promise<string> {
  const result = await readBootId(lab, node);
  if (result.code === 0) return result.stdout.trim();
  throw labError(`${node} does not answer: ${result.stderr.trim()}`, 'see `mlbroute lab status`');
}

async function askForReboot(lab: Lab, node: string): Promise<void> {
  await exec(lab, node, 'systemctl reboot --no-block', { timeoutMs: 15_000, isShared: false });
}

async function waitForNewBoot(lab: Lab, node: LabNode, before: string): Promise<void> {
  const end = performance.now() + rebootTimeoutMs;
  let askedMs = performance.now();
  while (performance.now() < end) {
    await waitForGreeting(lab, node, end - performance.now());
    // It may still be the old system that greets, and it may go in the middle of an answer.
    const { code, stdout } = await readBootId(lab, node.name);
    if (code === 0 && stdout.trim() !== before) return;
    // A node that is busy may have lost the word.
    if (code === 0 && performance.now() - askedMs > askAgainMs) {
      await askForReboot(lab, node.name);
      askedMs = performance.now();
    }
    await sleep(300);
  }
  const log = consoleLog(lab, node.name);
  throw labError(`${node.name} has not rebooted within ${rebootTimeoutMs / 1000} s`, `its console: ${log}`);
}

/** On a connection of its own: a shared one may hang on to the system that went. */
function readBootId(lab: Lab, node: string) {
  return exec(lab, node, 'cat /proc/sys/kernel/random/boot_id', { timeoutMs: 15_000, isShared: false });
}
