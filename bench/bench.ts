import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Run } from './compare.ts';
import { type ContenderName, contenderNames, runComparison } from './run-comparison.ts';
import { formatTable, rowsOf } from './table.ts';

/*
 * How fast a push is, beside Ansible, Mitogen and plain OpenSSH that do the same work on the same hosts in the same run. Needs root, and what
 * `npm run bench` installs. Options: --hosts 20,50,100  --rounds 3  --with mlbroute,ansible,mitogen,floor
 */

const { values } = parseArgs({
  options: {
    hosts: { type: 'string', default: '20,50,100' },
    rounds: { type: 'string', default: '3' },
    with: { type: 'string', default: contenderNames.join(',') },
    out: { type: 'string', default: 'node_modules/.cache/bench/results' },
  },
});
const root = process.cwd();
const contenders = values.with.split(',').map((name): ContenderName => {
  const known = contenderNames.find((each) => each === name);
  if (known === undefined) throw new Error(`--with ${name}: known are ${contenderNames.join(', ')}`);
  return known;
});
const tell = ({ contender, work, hosts, round, wallMs, cpuMs, processes }: Run) =>
  process.stderr.write(
    `${hosts} hosts, round ${round}: ${contender} ${work}: ${(wallMs / 1000).toFixed(2)} s (${cpuMs} ms CPU, ${processes} processes on a host)\n`,
  );

const runs: Run[] = [];
for (const hosts of values.hosts.split(',').map(Number))
  runs.push(...(await runComparison({ hosts, rounds: Number(values.rounds), contenders, root, tell })));
process.stdout.write(formatTable(rowsOf(runs)));
mkdirSync(join(root, values.out), { recursive: true });
writeFileSync(join(root, values.out, 'comparison.json'), `${JSON.stringify(runs, null, 2)}\n`);
