import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './host-command.ts';
import { type Lab, labFiles } from './lab-state.ts';

/**
 * Whether a processor has more registers than a user-mode kernel has room for, by its /proc/cpuinfo: Intel's with AMX do. Such a kernel panics at the start of
 * its first process, unless it gets help.
 */
export function hasWideRegisters(cpuinfo: string): boolean {
  return /^flags\s*:.*\bamx_tile\b/m.test(cpuinfo);
}

/** The same of this machine. */
export function isWideMachine(): boolean {
  return hasWideRegisters(readFileSync('/proc/cpuinfo', 'utf8'));
}

/** How a user-mode kernel is started on this machine: with its help, which is compiled for it, where the processor needs that. */
export async function kernelCommand(binary: string, lab: Lab): Promise<readonly string[]> {
  if (!isWideMachine()) return [binary];
  const help = join(lab.dir, 'run', 'wide-registers.so');
  await mustRun(['tcc', '-shared', '-nostdlib', '-o', help, join(labFiles, 'host/wide-registers.c')]);
  return ['env', `LD_PRELOAD=${help}`, binary];
}
