import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchFleet } from './fleet/start-fleet.ts';

/** How long a command took on the controller, and the processor time of it and of all it waited for. */
export type Measured = {
  readonly exitCode: number | null;
  readonly wallMs: number;
  readonly cpuMs: number;
  /** All it printed. */
  readonly said: string;
};

/** Runs a command on the controller of a fleet. */
export async function measure(
  fleet: BenchFleet,
  { argv, env, cwd }: { readonly argv: readonly string[]; readonly env: NodeJS.ProcessEnv; readonly cwd?: string },
): Promise<Measured> {
  const times = join(fleet.directory, 'times');
  const [command = '', ...args] = [
    ...fleet.onController,
    'sh',
    '-c',
    'times=$1; shift; "$@"; code=$?; times >"$times"; exit $code',
    'sh',
    times,
    ...argv,
  ];
  const began = performance.now();
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  // Not 'close': a connection that Ansible keeps holds the outputs open.
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const wallMs = performance.now() - began;
  child.stdout.destroy();
  child.stderr.destroy();
  return { exitCode, wallMs, cpuMs: childTime(readFileSync(times, 'utf8')), said };
}

/** The second line of the shell's `times`: what its children used, for themselves and in the kernel, in minutes and seconds. */
function childTime(times: string): number {
  const line = times.trim().split('\n')[1] ?? '';
  const parts = [...line.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60_000 + Number(s) * 1000);
  if (parts.length !== 2) throw new Error(`the shell told no times but: ${times}`);
  return Math.round((parts[0] ?? 0) + (parts[1] ?? 0));
}
