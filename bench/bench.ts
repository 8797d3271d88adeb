import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Run } from './compare.ts';
import { formatLatency } from './latency/round-trips.ts';
import { type FarRun, runLatency } from './latency/run-latency.ts';
import { type ContenderName, contenderNames, runComparison } from './run-comparison.ts';
import { formatScale } from './scale/format-scale.ts';
import { runScale, type ScaleRun, scaleCommands } from './scale/run-scale.ts';
import { formatTable, rowsOf } from './table.ts';

/*
 * How fast a push is, beside Ansible, Mitogen and plain OpenSSH that do the same work on the same hosts in the same run. Needs root, and what
 * `npm run bench` installs. Options: --hosts 20,50,100  --rounds 3  --with mlbroute,ansible,mitogen,floor
 *   --latency [--delays 0,25,100]: hosts that are far away, and the round trips to them
 *   --scale: thousands of hosts that only pretend, and what each of them costs mlbroute
 */

const { values } = parseArgs({
  options: {
    hosts: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    with: { type: 'string', default: contenderNames.join(',') },
    latency: { type: 'boolean', default: false },
    scale: { type: 'boolean', default: false },
    delays: { type: 'string', default: '0,25,100' },
    out: { type: 'string', default: 'node_modules/.cache/bench/results' },
  },
});
const root = process.cwd();
const contenders = values.with.split(',').map((name): ContenderName => {
  const known = contenderNames.find((each) => each === name);
  if (known === undefined) throw new Error(`--with ${name}: known are ${contenderNames.join(', ')}`);
  return known;
});
const sizes = (usual: string) => (values.hosts ?? usual).split(',').map(Number);
const note = (text: string) => process.stderr.write(`${text}\n`);
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const keep = (name: string, results: object) => {
  mkdirSync(join(root, values.out), { recursive: true });
  writeFileSync(join(root, values.out, `${name}.json`), `${JSON.stringify(results, null, 2)}\n`);
};

if (values.latency) {
  const delaysMs = values.delays.split(',').map(Number);
  const tell = ({ contender, work, oneWayMs, wallMs }: FarRun) =>
    note(`${oneWayMs} ms each way: ${contender} ${work}: ${seconds(wallMs)}`);
  for (const hosts of sizes('5')) {
    const runs = await runLatency({ hosts, delaysMs, contenders, root, tell });
    process.stdout.write(formatLatency(runs));
    keep('latency', runs);
  }
} else if (values.scale) {
  const tell = ({ command, hosts, wallMs }: ScaleRun) => note(`${hosts} hosts: ${command}: ${seconds(wallMs)}`);
  const given = { sizes: sizes('50,500,2000'), commands: scaleCommands, root, openFileLimit: null };
  const runs = await runScale({ ...given, tell });
  process.stdout.write(formatScale(runs));
  keep('scale', runs);
} else {
  const tell = ({ contender, work, hosts, round, wallMs, cpuMs, processes }: Run) =>
    note(
      `${hosts} hosts, round ${round}: ${contender} ${work}: ${seconds(wallMs)} (${cpuMs} ms CPU, ${processes} processes on a host)`,
    );
  const runs: Run[] = [];
  for (const hosts of sizes('20,50,100'))
    runs.push(...(await runComparison({ hosts, rounds: Number(values.rounds), contenders, root, tell })));
  process.stdout.write(formatTable(rowsOf(runs)));
  keep('comparison', runs);
}
