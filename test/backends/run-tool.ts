import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Fails with the package to install where a tool is missing: these tests are never skipped. */
export function needTool(path: string, debianPackage: string): void {
  if (!existsSync(path)) throw new Error(`${path} is missing: apt-get install ${debianPackage}`);
  if (process.getuid?.() !== 0) throw new Error('these tests make namespaces of their own: run them as root');
}

/** Runs a shell script in network, mount and process namespaces of its own, so that nothing of it is left on this machine. Throws with its output where it fails. */
export function runIsolated(
  script: string,
  args: readonly string[] = [],
): { readonly stdout: string; readonly stderr: string } {
  const namespaces = ['-n', '-m', '--propagation', 'private', '-p', '--fork', '--kill-child=KILL'];
  const { status, stdout, stderr, error } = spawnSync(
    '/usr/bin/unshare',
    [...namespaces, 'sh', '-euc', script, 'sh', ...args],
    {
      encoding: 'utf8',
      timeout: 50_000,
    },
  );
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`exit ${status}\n${stdout}\n${stderr}`);
  return { stdout, stderr };
}
