import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from './daemon.ts';
import { labError } from './lab-error.ts';
import type { Lab } from './lab-state.ts';
import { consoleLog, nodeSocket } from './machines.ts';
import { exec } from './node-shell.ts';
import type { LabNode } from './topology.ts';

/** Waits until a node's sshd greets. Throws a LabError with the console's last lines when the time is over or the machine has ended. */
export async function waitForGreeting(lab: Lab, node: LabNode, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await greets(nodeSocket(lab, node)))) {
    const daemon = lab.daemons.find((candidate) => candidate.name === node.name);
    if (daemon === undefined || !isRunning(daemon)) throw await notAnswering(lab, node, 'has ended');
    if (performance.now() > end) throw await notAnswering(lab, node, `did not answer within ${timeoutMs / 1000} s`);
    await sleep(150);
  }
}

/** Waits until the emulated pods, kube-proxy and speaker of a node run. Throws a LabError with what systemd says of them. */
export async function waitForServices(lab: Lab, node: LabNode): Promise<void> {
  // `start` waits for a job that the boot has queued, and does nothing where it is done.
  const units = 'lab-pods lab-pod-server lab-host-server lab-kube-proxy lab-speaker';
  const result = await exec(
    lab,
    node.name,
    `systemctl start ${units} || { systemctl --no-pager --lines=5 status ${units}; exit 1; }`,
  );
  if (result.code === 0) return;
  throw labError(
    `the services of ${node.name} do not run (exit ${result.code}):\n${`${result.stdout}${result.stderr}`.trim()}`,
    `look around with \`mlbroute lab ssh ${node.name}\`; its console: ${consoleLog(lab, node.name)}`,
  );
}

/** Refused, closed or silent for 3 s: not up yet. */
function greets(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const decide = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.setTimeout(3000, () => decide(false));
    socket.once('data', (greeting) => decide(greeting.toString().startsWith('SSH-')));
    socket.once('close', () => decide(false));
    socket.once('error', () => decide(false));
  });
}

async function notAnswering(lab: Lab, node: LabNode, what: string): Promise<Error> {
  const log = consoleLog(lab, node.name);
  const text = await readFile(log, 'utf8').catch((error: Error) => error.message);
  const last = text.trimEnd().split('\n').slice(-15).join('\n');
  return labError(`${node.name} ${what}; last lines of its console:\n${last}`, `the whole console: ${log}`);
}
