import { spawn } from 'node:child_process';
import type { Hook } from '../deploy/verify-over-reboot.ts';
import { err, ok } from '../domain/result.ts';

/**
 * A command line of the user's, for a shell of this machine, with the host's name in MLBROUTE_HOST. Its output goes where ours does, to standard error. Null: there
 * is none. `when` names it where it fails.
 */
export function hookOf(line: string | null, when: 'before' | 'after'): Hook | null {
  if (line === null) return null;
  return (host) =>
    new Promise((resolve) => {
      const child = spawn('sh', ['-c', line], {
        stdio: ['ignore', 2, 2],
        env: { ...process.env, MLBROUTE_HOST: host },
      });
      const failed = (message: string) => resolve(err({ kind: 'step', step: `--${when}-reboot`, message }));
      child.on('error', ({ message }) => failed(message));
      child.on('close', (code, signal) => {
        if (code === 0) resolve(ok(undefined));
        else failed(`\`${line}\` ended with ${signal === null ? `exit code ${code}` : signal}`);
      });
    });
}
