import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labDown, labReboot, labState, labUp } from '../../src/commands/lab.ts';
import { isRunning } from '../../src/lab/daemon.ts';
import { openLab, readLab } from '../../src/lab/lab-state.ts';
import { exec } from '../../src/lab/node-shell.ts';
import { ubuntuLike } from '../../src/lab/up.ts';

let dir: string;
let lines: string[];
const say = (line: string) => void lines.push(line);
const output = { tell: say, give: say };
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lab-'));
  lines = [];
});
afterEach(async () => {
  await labDown({ dir }, { tell: () => {}, give: () => {} });
});
const said = () => lines.splice(0).join('\n');

describe('a lab of one node', () => {
  it('says how it is, from up to half up to down', async () => {
    expect(await labState({ dir }, output)).toBe(1);
    expect(said()).toBe(`no lab in ${dir}`);

    expect(
      await labUp(
        { nodes: 1, dir, kubeProxy: 'ipvs', files: { n1: { ...ubuntuLike, '/etc/probe': 'seeded\n' } } },
        output,
      ),
    ).toBe(0);
    expect(said()).toMatch(
      /image .*\nkeys .*\nnetwork .*\nboot .*\nservices .*\n1 nodes up in .* s, kube-proxy ipvs\n.*\/inventory\.yaml$/,
    );
    const lab = await openLab(dir);
    expect(
      (
        await exec(
          lab,
          'n1',
          'cat /etc/probe; cat /proc/sys/net/ipv4/conf/all/rp_filter; ip -br link show kube-ipvs0 | cut -c1-10',
        )
      ).stdout,
    ).toBe('seeded\n2\nkube-ipvs0\n');

    expect(await labUp({ nodes: 1, dir }, output)).toBe(1);
    expect(said()).toContain(`error: the lab in ${dir} is already up, with 1 nodes`);
    expect(await labReboot({ dir, nodes: ['n7'] }, output)).toBe(1);
    expect(said()).toBe('error: no node n7 in the lab\nhint: nodes: n1');
    expect(await labState({ dir }, output)).toBe(0);
    expect(said()).toMatch(/^n1 +192\.168\.1\.11 +answers$/m);

    const machine = lab.daemons.find((daemon) => daemon.name === 'n1');
    if (machine === undefined) throw new Error('no process of n1');
    process.kill(machine.pid, 'SIGKILL');
    await expect.poll(() => isRunning(machine)).toBe(false);
    expect(await labState({ dir }, output)).toBe(1);
    expect(said()).toMatch(/not whole[\s\S]*n1 .*ended\nended: n1\nhint: `mlbroute lab down`/);
    await expect(openLab(dir)).rejects.toThrow('is only half up: not running: n1');
    expect(await labUp({ nodes: 1, dir }, output)).toBe(1);
    expect(said()).toMatch(/half up: 1 of \d+ processes are gone\nhint: run `mlbroute lab down` first/);
    expect(await labDown({ dir }, output)).toBe(0);
    expect(said()).toBe('the lab is gone');
  });

  it('shows the console of a node that does not answer in time, runs nothing any more, and can be started again', async () => {
    expect(await labUp({ nodes: 1, dir, bootTimeoutMs: 500 }, output)).toBe(1);
    expect(said()).toMatch(
      /error: n1 did not answer within 0\.5 s; last lines of its console:\n[\s\S]+hint: the whole console: .*\/run\/n1\.console/,
    );
    expect(await readLab(dir)).toMatchObject({ phase: 'failed', daemons: [] });
    expect(await labUp({ nodes: 1, dir }, output)).toBe(0);
    expect(said()).toContain(`removing what an earlier lab left in ${dir}`);
  });
});
