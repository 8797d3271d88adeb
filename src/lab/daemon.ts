import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostEnvironment } from './host-command.ts';

/** A process of the lab that outlives this one. The kernel may give its pid to another later, never with the same start time. */
export type Daemon = {
  readonly name: string;
  readonly pid: number;
  /** Clock ticks from the machine's boot to the process's start: field 22 of /proc/PID/stat, proc(5). */
  readonly startTicks: string;
};

/** Starts a program in a session of its own, output appended to `log`. It is running when the promise is kept. */
export async function startDaemon(name: string, argv: readonly string[], log: string): Promise<Daemon> {
  const [program = '', ...args] = argv;
  const output = openSync(log, 'a', 0o600);
  try {
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', output, output],
      cwd: '/',
      env: hostEnvironment(),
    });
    await once(child, 'spawn');
    child.unref();
    return { name, ...ourselves(child.pid ?? 0) };
  } finally {
    closeSync(output);
  }
}

/** A record of a running process by its pid, e.g. this one. */
export function ourselves(pid: number): Omit<Daemon, 'name'> {
  return { pid, startTicks: statOf(pid)?.startTicks ?? 'gone' };
}

/** True while that very process runs. */
export function isRunning(daemon: Omit<Daemon, 'name'>): boolean {
  const stat = statOf(daemon.pid);
  return stat !== undefined && stat.startTicks === daemon.startTicks && stat.state !== 'Z';
}

/** Kills the process if it is still the recorded one, and waits until it is gone. False if it would not go within 5 s. */
export async function stopDaemon(daemon: Daemon): Promise<boolean> {
  if (!isRunning(daemon)) return true;
  process.kill(daemon.pid, 'SIGKILL');
  for (let waitedMs = 0; waitedMs < 5000; waitedMs += 20) {
    if (!isRunning(daemon)) return true;
    await sleep(20);
  }
  return false;
}

function statOf(pid: number): { readonly state: string; readonly startTicks: string } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // No such process: that is the answer.
  }
  // The name, in parentheses, may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTicks: fields[19] ?? '' };
}
