import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startFleet } from '../fleet/start-fleet.ts';
import { measure } from '../measure.ts';
import { recordHost } from './record.ts';
import { simulate } from './simulate.ts';

/** What one command over so many hosts needed on the controller. */
export type ScaleRun = {
  readonly command: string;
  readonly hosts: number;
  readonly wallMs: number;
  /** Of the program itself, without what it started. */
  readonly cpuMs: number;
  readonly memoryKb: number;
  readonly openFiles: number;
  readonly lagMs: { readonly p99: number; readonly most: number };
};

const servers = 2;
const words = {
  'changing push': ['push', '--yes'],
  'unchanged push': ['push', '--yes'],
  plan: ['plan'],
  audit: ['audit'],
  'audit with reports': ['audit', '--report', 'report.json', '--report', 'report.html', '--report', 'junit.xml'],
  render: ['render', '--out', 'rendered'],
} as const;

/** The commands that are measured. */
export const scaleCommands = Object.keys(words) as readonly (keyof typeof words)[];

/** Runs commands over hosts that only pretend, so many at each size. `limit`: how many files mlbroute may open; null: as many as there are. */
export async function runScale(options: {
  readonly sizes: readonly number[];
  readonly commands: typeof scaleCommands;
  readonly root: string;
  readonly openFileLimit: number | null;
  readonly tell: (run: ScaleRun) => void;
}): Promise<readonly ScaleRun[]> {
  const { root, openFileLimit } = options;
  const real = await startFleet(1);
  const runs: ScaleRun[] = [];
  try {
    const recording = await recordHost(real, root);
    for (const hosts of options.sizes) {
      for (const command of options.commands) {
        const fleet = await simulate(real, recording, { hosts, servers, isNew: command === 'changing push' });
        const watched = join(fleet.directory, 'watched.json');
        const limited = openFileLimit === null ? [] : ['sh', '-c', `ulimit -n ${openFileLimit}; exec "$@"`, 'sh'];
        const { exitCode, wallMs, said } = await measure(fleet, {
          argv: [...limited, process.execPath, join(root, 'dist/cli.js'), ...words[command], '-i', fleet.inventory],
          env: {
            XDG_STATE_HOME: join(fleet.directory, 'state'),
            NODE_OPTIONS: `--import ${pathToFileURL(join(root, 'bench/scale/watch.mjs'))}`,
            MLBROUTE_BENCH_WATCH: watched,
          },
          cwd: fleet.directory,
        });
        if (exitCode !== 0) throw new Error(`${command} of ${hosts} hosts exited ${exitCode}:\n${said.slice(-2000)}`);
        const run: ScaleRun = { command, hosts, wallMs, ...JSON.parse(readFileSync(watched, 'utf8')) };
        options.tell(run);
        runs.push(run);
        fleet.stop();
      }
    }
    return runs;
  } finally {
    real.stop();
  }
}
