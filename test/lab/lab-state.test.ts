import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRunning, ourselves } from '../../src/lab/daemon.ts';
import { downLab } from '../../src/lab/down.ts';
import { claimLab, hostBootId, type Lab, labDirectory, openLab, readLab, saveLab } from '../../src/lab/lab-state.ts';
import { waitForGreeting } from '../../src/lab/readiness.ts';
import { labNodes } from '../../src/lab/topology.ts';
import { upLab } from '../../src/lab/up.ts';

let dir: string;
let bystander: ReturnType<typeof spawn>;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lab-'));
  bystander = spawn('sleep', ['60']);
  await once(bystander, 'spawn');
});
afterEach(async () => {
  bystander.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
});

const gone = { pid: 999_999_999, startTicks: '1' };
const record = async (change: Partial<Lab>): Promise<Lab> => ({
  dir,
  phase: 'up',
  nodes: labNodes(1),
  kubeProxy: 'iptables',
  isRootless: false,
  hostBootId: await hostBootId(),
  controller: gone,
  daemons: [],
  ...change,
});
const bystanderRecord = () => ourselves(bystander.pid ?? 0);

describe('the record of a lab', () => {
  it('reads back as it was written', async () => {
    const lab = await record({ daemons: [{ name: 'switch', ...gone }] });
    await saveLab(lab);
    expect(await readLab(dir)).toEqual(lab);
  });

  it('can be claimed once', async () => {
    await claimLab(await record({ phase: 'starting' }));
    await expect(claimLab(await record({ phase: 'starting' }))).rejects.toThrow(
      `another \`lab up\` has just begun in ${dir}`,
    );
  });

  it.each<[string, () => Promise<Partial<Lab> | string>, string]>([
    ['nothing there', async () => ({ phase: 'up', dir: '/nonexistent' }), 'no lab in'],
    ['an up that was killed', async () => ({ phase: 'starting' }), 'is only half up (starting)'],
    ['an up that failed', async () => ({ phase: 'failed' }), 'is only half up (failed)'],
    ['a process that has ended', async () => ({ daemons: [{ name: 'n1', ...gone }] }), 'not running: n1'],
    [
      'a pid that is another process now',
      async () => ({ daemons: [{ name: 'n1', ...bystanderRecord(), startTicks: '1' }] }),
      'not running: n1',
    ],
    [
      'a restart of this machine',
      async () => ({ hostBootId: 'earlier', daemons: [{ name: 'n1', ...bystanderRecord() }] }),
      'not running: n1',
    ],
  ])('is not taken for a running lab after %s', async (_, change, message) => {
    const lab = await record((await change()) as Partial<Lab>);
    if (lab.dir === dir) await saveLab(lab);
    await expect(openLab(lab.dir)).rejects.toThrow(message);
  });

  it('says so if it cannot be understood', async () => {
    await writeFile(join(dir, 'lab.json'), 'garbage');
    await expect(openLab(dir)).rejects.toThrow('lab.json is no record of a lab');
  });
});

describe('labDirectory', () => {
  it.each([
    ['/tmp/my lab', 'has characters that ssh or socat would read'],
    ['/tmp/a,fork', 'has characters that ssh or socat would read'],
    [`/tmp/${'x'.repeat(100)}`, 'characters too long for its unix sockets'],
  ])('refuses %s', (path, message) => {
    expect(() => labDirectory(path)).toThrow(message);
  });

  it('takes a relative path from the working directory', () => {
    expect(labDirectory('lab')).toBe(join(process.cwd(), 'lab'));
  });
});

describe('downLab', () => {
  it('ends a recorded process and removes the files', async () => {
    await mkdir(join(dir, 'run'));
    await saveLab(await record({ daemons: [{ name: 'n1', ...bystanderRecord() }] }));
    expect(await downLab(dir)).toBe(true);
    expect(isRunning(bystanderRecord())).toBe(false);
    expect(existsSync(dir)).toBe(false);
  });

  it('leaves alone a process that only has the pid of a recorded one', async () => {
    await saveLab(await record({ daemons: [{ name: 'n1', ...bystanderRecord(), startTicks: '1' }] }));
    await downLab(dir);
    expect(isRunning(bystanderRecord())).toBe(true);
  });

  it('leaves alone every process if the machine was restarted since', async () => {
    await saveLab(await record({ hostBootId: 'earlier', daemons: [{ name: 'n1', ...bystanderRecord() }] }));
    await downLab(dir);
    expect(isRunning(bystanderRecord())).toBe(true);
  });

  it("keeps files that are not the lab's", async () => {
    await writeFile(join(dir, 'mine.txt'), '');
    await saveLab(await record({}));
    await downLab(dir);
    expect(existsSync(join(dir, 'mine.txt'))).toBe(true);
    expect(existsSync(join(dir, 'lab.json'))).toBe(false);
  });

  it('does not disturb an up at work', async () => {
    await saveLab(await record({ phase: 'starting', controller: bystanderRecord() }));
    await expect(downLab(dir)).rejects.toThrow(`process ${bystander.pid}, is still at work`);
  });

  it('is done where there is no lab', async () => {
    expect(await downLab(dir)).toBe(false);
  });
});

describe('upLab', () => {
  it.each([0, 21, 1.5])('refuses a lab of %s nodes', async (nodes) => {
    await expect(upLab({ nodes, dir }, () => {})).rejects.toThrow('is outside 1–20');
  });
});

describe('waitForGreeting', () => {
  it.each<[string, () => Lab['daemons'], string]>([
    ['runs but is silent', () => [{ name: 'n1', ...bystanderRecord() }], 'n1 did not answer within 0.3 s'],
    ['has ended', () => [{ name: 'n1', ...gone }], 'n1 has ended'],
  ])('shows the end of the console of a machine that %s', async (_, daemons, message) => {
    const lab = await record({ daemons: daemons() });
    await mkdir(join(dir, 'run'));
    await writeFile(join(dir, 'run/n1.console'), 'first\nKernel panic - not syncing\n');
    const [node] = lab.nodes;
    if (!node) throw new Error('no node');
    const waiting = waitForGreeting(lab, node, 300);
    await expect(waiting).rejects.toThrow(message);
    await expect(waiting).rejects.toThrow('Kernel panic - not syncing');
    await expect(waiting).rejects.toMatchObject({ hint: expect.stringContaining(join(dir, 'run/n1.console')) });
  });
});
