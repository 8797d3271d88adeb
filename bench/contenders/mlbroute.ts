import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { HostPlan } from '../../src/domain/change.ts';
import type { BenchFleet } from '../fleet/start-fleet.ts';
import { measure } from '../measure.ts';
import type { Contender, Work } from './contender.ts';

/** The built program, as users run it. */
export function mlbroute(fleet: BenchFleet, root: string): Contender {
  const program = [process.execPath, join(root, 'dist/cli.js')];
  const words: { readonly [work in Work]: readonly string[] } = {
    'changing push': ['push', '--yes'],
    'unchanged push': ['push', '--yes'],
    audit: ['audit'],
  };
  return {
    name: 'mlbroute',
    command: (work) => ({
      argv: [...program, ...words[work], '-i', fleet.inventory],
      env: { XDG_STATE_HOME: join(fleet.directory, 'state') },
    }),
    tidy: () => {},
  };
}

/** Pushes to all hosts, and no time is taken. */
export async function pushUnmeasured(fleet: BenchFleet, root: string): Promise<void> {
  const { exitCode, said } = await measure(fleet, mlbroute(fleet, root).command('changing push'));
  if (exitCode !== 0) throw new Error(`the first push exited ${exitCode}:\n${said}`);
}

/** What a push would do on the first host: the work that every contender is given. */
export function planOf(fleet: BenchFleet, root: string): HostPlan {
  const args = ['plan', '-i', fleet.inventory, '--limit', 'n1', '--output', 'json'];
  const [command = '', ...rest] = [...fleet.onController, process.execPath, join(root, 'dist/cli.js'), ...args];
  let told: string;
  try {
    told = execFileSync(command, rest, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  } catch (error) {
    // Exit code 2: there is something to do.
    if (!(error instanceof Error && 'status' in error && error.status === 2 && 'stdout' in error)) throw error;
    told = String(error.stdout);
  }
  const plan = told.split('\n').find((line) => line.startsWith('{"kind":"plan"'));
  if (plan === undefined) throw new Error(`mlbroute plan gave no plan, but: ${told}`);
  return JSON.parse(plan);
}
