import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type BenchFleet, describeHosts } from '../fleet/start-fleet.ts';

/** The same hosts, each behind a way of so many milliseconds. `stop` ends the ways, not the hosts. */
export async function farFleet(fleet: BenchFleet, oneWayMs: number): Promise<BenchFleet> {
  const relay = fileURLToPath(new URL('relay.js', import.meta.url));
  const places = fleet.places.map(({ address, port }) => `${address}:${port}`);
  const [command = '', ...args] = [...fleet.onController, process.execPath, relay, String(oneWayMs), ...places];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [told] = await once(child.stdout.setEncoding('utf8'), 'data');
  const ports: readonly number[] = JSON.parse(String(told));
  const far = { ...fleet, places: ports.map((port) => ({ address: '127.0.0.1', port })) };
  return { ...far, ...describeHosts(`far-${oneWayMs}`, far), stop: () => void child.stdin.end() };
}
