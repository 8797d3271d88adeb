import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ScaleRun } from '../../bench/scale/run-scale.ts';
import { buildProgram } from '../commands/fleet.ts';

const root = process.cwd();
beforeAll(() => {
  buildProgram();
  execFileSync('npx', ['tsc', '-p', 'tsconfig.bench.json'], { cwd: root });
}, 240_000);

describe('hundreds of hosts', () => {
  it('fit into the files that a process may open, and no host that is done keeps one', {
    timeout: 300_000,
  }, async () => {
    const program = `
      import { runScale } from '${root}/node_modules/.cache/bench/bench/scale/run-scale.js';
      const given = { sizes: [500], commands: ['changing push', 'unchanged push', 'audit'], root: '${root}', openFileLimit: 256 };
      console.log(JSON.stringify(await runScale({ ...given, tell: () => {} })));`;
    const told = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: root,
      encoding: 'utf8',
    });
    const runs: readonly ScaleRun[] = JSON.parse(told);
    expect(runs.map(({ command, hosts }) => `${command} of ${hosts}`)).toEqual([
      'changing push of 500',
      'unchanged push of 500',
      'audit of 500',
    ]);
    for (const { openFiles } of runs) expect(openFiles).toBeLessThanOrEqual(128);
  });
});
