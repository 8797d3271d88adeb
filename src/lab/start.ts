import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from './daemon.ts';
import { mustRun } from './host-command.ts';
import { labError } from './lab-error.ts';
import { type Lab, labFiles, saveLab } from './lab-state.ts';
import { nodeCommand, nodeSocket, routerCommand } from './machines.ts';
import { inNamespace, inNamespaceAlone, type LabNamespace } from './namespace.ts';
import { labNetwork } from './topology.ts';

/** Makes the namespaces, bridges, taps and clients. The lab returned, and recorded, has their holders. */
export async function startNetwork(empty: Lab): Promise<Lab> {
  const isolated = empty.isRootless ? ['unshare', '-Urnm'] : ['unshare', '-n'];
  const wait = ['sleep', 'infinity'];
  const switched = await hold(empty, 'switch', [...isolated, ...wait]);
  const outside = await hold(switched, 'client', inNamespace(switched, 'switch', ['unshare', '-n', ...wait]));
  const lab = await hold(outside, 'onlink', inNamespace(outside, 'switch', ['unshare', '-n', ...wait]));
  const pidOf = (name: LabNamespace) => String(lab.daemons.find((daemon) => daemon.name === name)?.pid);
  const script = (name: string) => ['sh', join(labFiles, 'host', name)];
  const { client, onlink, router, prefixLength } = labNetwork;
  const taps = lab.nodes.map((node) => node.tap);
  await mustRun(inNamespace(lab, 'switch', [...script('network.sh'), pidOf('client'), pidOf('onlink'), ...taps]));
  await mustRun(inNamespace(lab, 'client', [...script('endpoint.sh'), `${client}/${prefixLength}`, router.outside]));
  const onlinkAddresses = `${onlink.lan}/${prefixLength},${onlink.segment}/${prefixLength}`;
  await mustRun(inNamespace(lab, 'onlink', [...script('endpoint.sh'), onlinkAddresses]));
  return lab;
}

/** Starts the router, the nodes and the sockets that lead to their sshd. The lab returned, and recorded, has them; they have yet to boot. */
export async function startMachines(wired: Lab, kernel: readonly string[], image: string): Promise<Lab> {
  let lab = await start(wired, 'router', inNamespaceAlone(wired, 'switch', routerCommand(wired, kernel, image)));
  for (const node of lab.nodes) {
    lab = await start(lab, node.name, inNamespaceAlone(lab, 'switch', nodeCommand({ lab, node, kernel, image })));
  }
  for (const node of lab.nodes) {
    const forward = [
      'socat',
      `UNIX-LISTEN:${nodeSocket(lab, node)},fork,mode=600,backlog=128`,
      `TCP4:${node.address}:22,connect-timeout=5`,
    ];
    lab = await start(lab, `${node.name}.sock`, inNamespaceAlone(lab, 'switch', forward));
  }
  return lab;
}

async function start(lab: Lab, name: string, argv: readonly string[]): Promise<Lab> {
  const daemon = await startDaemon(name, argv, join(lab.dir, 'run', `${name}.log`));
  const grown: Lab = { ...lab, daemons: [...lab.daemons, daemon] };
  await saveLab(grown);
  return grown;
}

/** Starts the holder of a namespace, which is made when the holder's program has become `sleep`. */
async function hold(lab: Lab, name: LabNamespace, argv: readonly string[]): Promise<Lab> {
  const grown = await start(lab, name, argv);
  const pid = grown.daemons.at(-1)?.pid;
  for (let waitedMs = 0; waitedMs < 5000; waitedMs += 10) {
    const program = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'ended');
    if (program.trim() === 'sleep') return grown;
    if (program === 'ended') break;
    await sleep(10);
  }
  const said = await readFile(join(lab.dir, 'run', `${name}.log`), 'utf8');
  throw labError(
    `cannot make the namespace "${name}": ${said.trim()}`,
    'namespaces need root, or unprivileged user namespaces',
  );
}
