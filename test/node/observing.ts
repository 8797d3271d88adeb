import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Observed } from '../../src/domain/observed.ts';
import { parseObservation } from '../../src/facts/observation.ts';
import { runIsolated } from '../backends/run-tool.ts';

const observeProgram = readFileSync(new URL('../../node/observe.sh', import.meta.url), 'utf8');

/** The shells that are /bin/sh on some node, each as a command line. */
export const shells = ['/usr/bin/dash', '/usr/bin/bash --posix --norc', '/usr/bin/busybox sh'] as const;

/**
 * Debian's busybox prefers its own applets to the programs on PATH; a node whose sh is busybox has coreutils and iproute2 all the same, for
 * mlbroute needs them.
 */
const realPrograms = ['cat', 'find', 'grep', 'id', 'ip', 'readlink', 'stat']
  .map((name) => `${name}() { /usr/bin/env ${name} "$@"; }\n`)
  .join('');

/** Nothing of this machine's mlbroute, networkd and systemd; two pairs of veths, of which eth0 and eth1 are the host's own. */
const emptyHost = `
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /mnt
mkdir -p /mnt/etc /mnt/etc-work /mnt/lib /mnt/lib-work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/etc-work /etc
mount -t overlay overlay -o lowerdir=/var/lib,upperdir=/mnt/lib,workdir=/mnt/lib-work /var/lib
rm -rf /etc/mlbroute /etc/systemd/network /var/lib/mlbroute
mkdir -p /etc/mlbroute /etc/systemd/network /run/systemd/network
ip link set lo up
for i in 0 1; do
  ip link add "eth$i" type veth peer name "peer$i"
  ip link set "eth$i" up
  ip link set "peer$i" up
done
`;

/** What one look at a host of its own printed, and what was done to it before and after. */
type Look = {
  /** Shell commands that make the host what it shall be. */
  readonly setUp?: string;
  readonly shell?: (typeof shells)[number];
  /** `yes`: with what only IPv6 needs. */
  readonly ipv6?: '' | 'yes';
  /** Tables that tasks have chains in. */
  readonly tables?: string;
  /** Put before the shell, e.g. a tracer. */
  readonly wrapper?: string;
  /** Shell commands whose output follows the report's. */
  readonly afterwards?: string;
};

/** The command that has a shell print a report, for use in the commands of a look. */
export function reportBy(shell: (typeof shells)[number]): string {
  return `${shell} <"${shell.includes('busybox') ? '$2' : '$1'}"`;
}

/** Runs node/observe.sh on a host in namespaces of its own; all that it and the other commands printed. */
export function printedBy({
  setUp = '',
  shell = shells[0],
  ipv6 = '',
  tables = '',
  wrapper = '',
  afterwards = '',
}: Look): {
  readonly stdout: string;
  readonly stderr: string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'mlbroute-observe-'));
  const plain = join(folder, 'plain');
  const shielded = join(folder, 'shielded');
  writeFileSync(plain, `token='@token' history='' ipv6='${ipv6}' sysctls='' tables='${tables}'\n${observeProgram}`);
  writeFileSync(shielded, `${realPrograms}. "${plain}"\n`);
  try {
    return runIsolated(`${emptyHost}${setUp}\n${wrapper} ${reportBy(shell)}\n${afterwards}`, [plain, shielded]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same, parsed; throws where the report cannot be parsed. */
export function observe(look: Look): Observed {
  const observed = parseObservation(printedBy(look).stdout, '@token');
  if (!observed.ok) throw new Error(observed.error);
  return observed.value;
}
