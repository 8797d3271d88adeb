import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandResult, runCommand } from './host-command.ts';
import { type Lab, nodeOf } from './lab-state.ts';

/**
 * Runs a shell script as root on a node, over ssh; `code` is 255 when ssh itself fails. Connections are shared and stay open for some seconds,
 * so a call costs about 0.1 s after the first; without `isShared` it is a connection of its own.
 */
export async function exec(
  lab: Lab,
  node: string,
  script: string,
  options: { /** Default 60 s. */ readonly timeoutMs?: number /** Default true. */; readonly isShared?: boolean } = {},
): Promise<CommandResult> {
  const shared = (options.isShared ?? true) ? sharing(lab, node) : [];
  return runCommand([...sshCommand(lab, node), ...shared, `root@${node}`, 'sh -s'], {
    stdin: script,
    timeoutMs: options.timeoutMs ?? 60_000,
  });
}

/** The argument vector of `ssh` to a node, without user and command. Host keys are checked strictly. Throws a LabError for an unknown node. */
export function sshCommand(lab: Lab, node: string): readonly string[] {
  const { name } = nodeOf(lab, node);
  const options = [
    `ProxyCommand=socat - UNIX-CONNECT:${lab.dir}/run/${name}.sock`,
    `UserKnownHostsFile=${lab.dir}/known_hosts`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    'LogLevel=ERROR',
    'ConnectTimeout=10',
    'ServerAliveInterval=3',
    'ServerAliveCountMax=3',
  ];
  return ['ssh', '-F', 'none', '-i', join(lab.dir, 'id'), ...options.flatMap((option) => ['-o', option])];
}

/** Ends the shared connection to a node, if there is one. */
export async function closeShared(lab: Lab, node: string): Promise<void> {
  if (!existsSync(controlPath(lab, node))) return;
  // Exits 255 if it has just ended by itself, which is as good.
  await runCommand([...sshCommand(lab, node), '-o', `ControlPath=${controlPath(lab, node)}`, '-O', 'exit', node], {
    timeoutMs: 5000,
  });
}

function sharing(lab: Lab, node: string): readonly string[] {
  return ['ControlMaster=auto', 'ControlPersist=15', `ControlPath=${controlPath(lab, node)}`].flatMap((option) => [
    '-o',
    option,
  ]);
}

function controlPath(lab: Lab, node: string): string {
  return join(lab.dir, 'run', `${node}.control`);
}
