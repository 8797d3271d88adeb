import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { labError } from './lab-error.ts';

/** What a finished program left. `code` is 124 when it was stopped at its time limit and 128 + n when signal n ended it. */
export type CommandResult = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Where programs are looked for: ordinary users' PATH often leaves out the folders of the network tools. */
export const searchPath: readonly string[] = [
  ...new Set([...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin', '/bin']),
];

/** This process's environment with that PATH. */
export function hostEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: searchPath.join(delimiter) };
}

/** Runs a program on this machine to its end. Throws a LabError if it cannot be started. */
export function runCommand(
  argv: readonly string[],
  options: { readonly stdin?: string; readonly timeoutMs?: number } = {},
): Promise<CommandResult> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe', env: hostEnvironment() });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, options.timeoutMs ?? 60_000);
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error) => {
      clearTimeout(limit);
      reject(labError(`cannot run ${program}: ${error.message}`, 'see `mlbroute lab up --install`'));
    });
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      resolve({
        code: isLate ? 124 : (code ?? 128 + (signal === 'SIGTERM' ? 15 : 9)),
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      });
    });
    // A program that ends before it has read its input is judged by its exit code.
    child.stdin.on('error', () => {});
    child.stdin.end(options.stdin ?? '');
  });
}

/** Runs a program that must succeed, and gives its standard output. Throws a LabError with what it said. */
export async function mustRun(
  argv: readonly string[],
  options: { readonly stdin?: string; readonly timeoutMs?: number } = {},
): Promise<string> {
  const result = await runCommand(argv, options);
  if (result.code === 0) return result.stdout;
  const said = (result.stderr || result.stdout).trim().split('\n').slice(-5).join('\n');
  throw labError(
    `\`${argv.join(' ')}\` exited ${result.code}: ${said}`,
    'run `mlbroute lab down`, then `mlbroute lab up` again',
  );
}
