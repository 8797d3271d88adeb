import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostEnvironment } from './host-command.ts';
import { labError } from './lab-error.ts';
import type { Lab } from './lab-state.ts';
import { inNamespace } from './namespace.ts';
import { exec } from './node-shell.ts';
import type { LabNode } from './topology.ts';

/** What belongs to others on the nodes and must live through a push: see `placeBystanders`. */
export type Bystanders = {
  /** Stops watching and gives everything that happened to them; an empty list is what a push must leave. */
  readonly check: () => Promise<readonly string[]>;
};

const rule = 'priority 1200 from 10.99.0.0/16 lookup 77';
const route = '10.98.0.0/16 via 192.168.1.1 dev eth0 proto bird';
const streamPort = 8090;

/**
 * Puts on every node what a network plugin would have there (a rule, a route on the node's network card), writes down every change of
 * addresses, routes and rules from now on, and opens a TCP connection through that card on which the node ticks ten times a second.
 */
export async function placeBystanders(lab: Lab): Promise<Bystanders> {
  await Promise.all(lab.nodes.map((node) => prepare(lab, node)));
  const streams = lab.nodes.map((node) => openStream(lab, node));
  await Promise.all(streams.map((stream) => stream.started));
  return {
    check: async () => (await Promise.all(lab.nodes.map((node, i) => checkNode(lab, node, streams[i])))).flat(),
  };
}

async function prepare(lab: Lab, node: LabNode): Promise<void> {
  const { code, stderr } = await exec(
    lab,
    node.name,
    `set -e
    ip rule del ${rule} 2>/dev/null || true; ip rule add ${rule}; ip route replace ${route}
    setsid socat TCP-LISTEN:${streamPort},reuseaddr 'SYSTEM:while echo tick; do sleep 0.1; done' </dev/null >/dev/null 2>&1 & echo $! >/run/lab-stream.pid
    setsid ip -4 monitor address route rule </dev/null >/run/lab-monitor 2>&1 & echo $! >/run/lab-monitor.pid
    sleep 0.3`,
  );
  if (code !== 0)
    throw labError(`${node.name} did not take the bystanders: ${stderr.trim()}`, 'see `mlbroute lab status`');
}

type Stream = {
  readonly child: ChildProcess;
  readonly ticks: () => number;
  readonly isOpen: () => boolean;
  readonly started: Promise<void>;
};

function openStream(lab: Lab, node: LabNode): Stream {
  const [program = '', ...args] = inNamespace(lab, 'switch', [
    'socat',
    '-u',
    `TCP4:${node.address}:${streamPort},retry=50,interval=0.1`,
    'STDOUT',
  ]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], env: hostEnvironment() });
  let ticks = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    ticks += chunk.toString().split('\n').length - 1;
  });
  const started = Promise.race([
    once(child.stdout, 'data').then(() => {}),
    once(child, 'close').then(() =>
      Promise.reject(labError(`no connection to ${node.name}:${streamPort}`, 'see `mlbroute lab status`')),
    ),
  ]);
  return { child, ticks: () => ticks, isOpen: () => child.exitCode === null && child.signalCode === null, started };
}

async function checkNode(lab: Lab, node: LabNode, stream: Stream | undefined): Promise<readonly string[]> {
  if (stream === undefined) throw new Error('every node has a stream');
  const before = stream.ticks();
  const { stdout } = await exec(
    lab,
    node.name,
    `sleep 1; kill $(cat /run/lab-monitor.pid)
    ip rule show | grep -q 'from 10.99.0.0/16 lookup 77' || echo 'the foreign rule is gone'
    ip route show ${route.split(' ')[0]} | grep -q 'proto bird' || echo 'the foreign route is gone'
    grep -E '^Deleted' /run/lab-monitor | grep -E 'inet |dev eth0 |10.9[89]' | sed 's/^/seen on the node: /'`,
  );
  const wasOpen = stream.isOpen() && stream.ticks() > before;
  stream.child.kill('SIGKILL');
  const harm = stdout.split('\n').filter((line) => line !== '');
  return [...harm, ...(wasOpen ? [] : ['the running TCP connection broke'])].map((text) => `${node.name}: ${text}`);
}
