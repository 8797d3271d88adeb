import { join } from 'node:path';
import { type Lab, labFiles } from './lab-state.ts';
import { type LabNode, macAddress } from './topology.ts';

/** The command that is the router: a small machine without systemd on the read-only base image. */
export function routerCommand(lab: Lab, kernel: readonly string[], image: string): readonly string[] {
  return supervised(lab, 'router', [
    ...kernel,
    'mem=96M',
    `ubd0r=${image}`,
    'root=/dev/ubda',
    'ro',
    'init=/usr/local/sbin/lab-router',
    `vec0:transport=tap,ifname=tap-router0,depth=64,gro=1,mac=${macAddress(1)}`,
    `vec1:transport=tap,ifname=tap-router1,depth=64,gro=1,mac=${macAddress(2)}`,
  ]);
}

/** The command that is a node: its own copy-on-write disk over the base image, and its seed as a second disk. */
export function nodeCommand(options: {
  readonly lab: Lab;
  readonly node: LabNode;
  /** What starts a user-mode kernel. */
  readonly kernel: readonly string[];
  readonly image: string;
}): readonly string[] {
  const { lab, node } = options;
  const run = join(lab.dir, 'run');
  return supervised(lab, node.name, [
    ...options.kernel,
    'mem=160M',
    `ubd0=${run}/${node.name}.cow,${options.image}`,
    `ubd1r=${run}/${node.name}.tar`,
    'root=/dev/ubda',
    'rw',
    `vec0:transport=tap,ifname=${node.tap},depth=128,gro=1,mac=${node.mac}`,
    'audit=0',
    'systemd.show_status=0',
  ]);
}

function supervised(lab: Lab, name: string, kernel: readonly string[]): readonly string[] {
  const always = [
    'selinux=0',
    'quiet',
    'noreboot',
    'con=null',
    'con0=null,fd:1',
    `umid=${name}`,
    `uml_dir=${lab.dir}/run/uml/`,
  ];
  return ['sh', join(labFiles, 'host/supervise.sh'), consoleLog(lab, name), ...kernel, ...always];
}

/** Where a machine's console goes; the earlier boots' is in `<this>.earlier`. */
export function consoleLog(lab: Lab, name: string): string {
  return join(lab.dir, 'run', `${name}.console`);
}

/** The socket that leads to a node's sshd. */
export function nodeSocket(lab: Lab, node: LabNode): string {
  return join(lab.dir, 'run', `${node.name}.sock`);
}
