import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BenchFleet, describeHosts } from '../fleet/start-fleet.ts';
import type { Recording } from './recording.ts';

const port = 2222;

/**
 * So many hosts that answer as the recorded one, at addresses of the controller's loopback; all of them are `servers` processes. `isNew`: they were never
 * pushed to, however often they are. `stop` ends the processes.
 */
export async function simulate(
  fleet: BenchFleet,
  recording: Recording,
  { hosts, servers, isNew }: { readonly hosts: number; readonly servers: number; readonly isNew: boolean },
): Promise<BenchFleet> {
  const file = join(fleet.directory, 'recording.json');
  writeFileSync(file, JSON.stringify(recording));
  const program = fileURLToPath(new URL('simulated-hosts.js', import.meta.url));
  const children: ChildProcess[] = [];
  for (let i = 0; i < servers; i++) {
    const words = [
      process.execPath,
      program,
      String(port + i),
      join(fleet.directory, 'host_key'),
      file,
      isNew ? 'new' : '',
    ];
    const [command = '', ...args] = [...fleet.onController, ...words];
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    await once(child.stdout, 'data');
  }
  const numbers = Array.from({ length: hosts }, (_, i) => i + 1);
  const simulated = {
    ...fleet,
    names: numbers.map((number) => `h${String(number).padStart(5, '0')}`),
    places: numbers.map((number) => ({
      address: `127.1.${number >> 8}.${number & 255}`,
      port: port + (number % servers),
    })),
  };
  const stop = () => {
    for (const child of children) child.stdin?.end();
  };
  return { ...simulated, ...describeHosts(`simulated-${hosts}`, simulated), stop };
}
