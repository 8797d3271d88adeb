import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodePrograms, Surroundings } from '../../../src/deploy/deployment.ts';
import type { FaultNode } from './fault-node.ts';

/** A program that the node's apply program starts: the only moments between which anything can change on the host. */
export type FaultPoint = { readonly number: number; readonly phase: string; readonly command: string };

/** What happens at a point: the apply program is killed, its connection is cut, the command fails, or a program of the test runs first. */
export type Fault = 'kill' | 'cut' | 'fail' | { readonly run: string };

/** Every external command of apply.sh and of what it runs on the kernel. */
const commands =
  'cat chmod cp cut find grep head ip iptables iptables-restore ln mkdir mv readlink rm rmdir sed sha256sum sort stat sync sysctl systemctl systemd-run tail tr wc';

/** Stands before each command: counts, and does at the chosen one what it is told. Only the apply program carries FAULT_PID. */
const wrapper = `#!/bin/sh
name=\${0##*/}
export PATH=/run/faults/real:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
if [ -n "$FAULT_PID" ] && [ -e /run/faults/at ]; then
  # Commands of one pipeline come at the same time: without turns two of them get one number, and all later ones another than before.
  until mkdir /run/faults/turn 2>/dev/null; do :; done
  read -r count </run/faults/count
  count=$((count + 1))
  echo "$count" >/run/faults/count
  echo "$count $FAULT_PHASE $name $*" >>/run/faults/log
  rmdir /run/faults/turn
  read -r at fault </run/faults/at
  if [ "$count" = "$at" ]; then
    case $fault in
      kill) kill -KILL "$FAULT_PID"; exit 137 ;;
      cut)
        pid=$FAULT_PID
        until [ "$(cat "/proc/$pid/comm")" = sshd ]; do pid=$(cut -d ' ' -f 4 "/proc/$pid/stat"); done
        kill -KILL "$pid"; sleep 0.2 ;;
      fail) echo 'the fault' >&2; exit 1 ;;
      run) . /run/faults/program ;;
    esac
  fi
fi
exec "$name" "$@"
`;

/** Puts the wrappers in place; what stood in for systemd before goes on doing so behind them. */
export function installFaultPoints(node: FaultNode): void {
  const file = join(tmpdir(), `mlbroute-wrapper-${node.pid}`);
  writeFileSync(file, wrapper, { mode: 0o755 });
  node.sh(`mkdir -p /run/faults/real; cp -a /usr/local/sbin/. /run/faults/real/
    for name in ${commands}; do cp ${file} /usr/local/sbin/$name; done; rm -f ${file}`);
}

/** Arms one fault, or none with number 0: then the points are only written down. */
export function setFault(node: FaultNode, number: number, fault: Fault): void {
  const word = typeof fault === 'string' ? fault : 'run';
  const program = typeof fault === 'string' ? '' : fault.run.replaceAll("'", "'\\''");
  node.sh(`rm -f /run/faults/log; rm -rf /run/faults/turn; echo 0 >/run/faults/count; printf '%s\\n' '${program}' >/run/faults/program
    echo '${number} ${word}' >/run/faults/at`);
}

/** The points that were passed since `setFault`, in order. */
export function passedPoints(node: FaultNode): readonly FaultPoint[] {
  const log = node.sh('cat /run/faults/log 2>/dev/null || true').trim();
  return log.split('\n').flatMap((line) => {
    const [, number, phase, command] = /^(\d+) (\w+) (.*)$/.exec(line) ?? [];
    return number === undefined || phase === undefined || command === undefined
      ? []
      : [{ number: Number(number), phase, command }];
  });
}

/** The node programs with marks that the wrappers know them by: one of the two programs, and where in its `main` the apply program is. */
export function withFaultMarks(surroundings: Surroundings, program: 'apply' | 'transaction' = 'apply'): Surroundings {
  const { programs } = surroundings;
  if (program === 'transaction') return { ...surroundings, programs: { ...programs, transaction: onceOnly(programs) } };
  const [head, main, ...rest] = programs.apply.split('\nmain() {\n');
  if (head === undefined || main === undefined || rest.length > 0) throw new Error('apply.sh has no main of its own');
  const phased = main.replaceAll(/^ {2}([a-z_]+)$/gm, '  export FAULT_PHASE=$1; $1');
  const apply = `${head}\nmain() {\n  export FAULT_PID=$$\n${phased}`;
  // Faults of the undo are another matter.
  const transaction = programs.transaction.replace('\nstate=', '\nunset FAULT_PID\nstate=');
  return { ...surroundings, programs: { ...programs, apply, transaction } };
}

function onceOnly({ transaction }: NodePrograms): string {
  return transaction.replace('\nstate=', () => '\nexport FAULT_PID=$$ FAULT_PHASE=$1\nstate=');
}
