import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/lab/host-command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let scratch: string;
let lab: string;

beforeAll(async () => {
  const built = await runCommand(['npm', '--prefix', root, 'run', 'build'], { timeoutMs: 180_000 });
  expect(built.code, built.stdout).toBe(0);
  scratch = await mkdtemp(join(tmpdir(), 'demo-'));
  lab = join(scratch, 'demo');
});
afterAll(async () => {
  // Only where the last test did not come that far is there still a lab to take down.
  await mlbroute('lab', 'down', '--dir', lab);
  await rm(scratch, { recursive: true });
});

/** The built command, as a user runs it; the demo's lab is beside the lab named here. */
const mlbroute = (...args: readonly string[]) =>
  runCommand(['env', `MLBROUTE_LAB_DIR=${scratch}/lab`, join(root, 'dist/cli.js'), ...args], { timeoutMs: 600_000 });

describe('the built command', () => {
  it('proves the whole promise by `mlbroute demo`, and leaves a report', async () => {
    const report = join(scratch, 'report.md');
    const { code, stdout, stderr } = await mlbroute('demo', '--nodes', '2', '--keep', '--report', report);
    expect(stdout, stderr).toContain('All of it is true.');
    expect(code).toBe(0);
    const claims = (await readFile(report, 'utf8')).split('\n').filter((line) => line.startsWith('- '));
    expect(claims.length).toBe(9);
    expect(claims.filter((claim) => !claim.startsWith('- true: '))).toEqual([]);
  });

  it('audits the nodes of the demo, with nothing but NDJSON on standard output', async () => {
    const { code, stdout, stderr } = await mlbroute('audit', '-i', join(lab, 'inventory.yaml'), '--output', 'json');
    expect(code, stderr).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter(({ kind }) => kind === 'findings')).toEqual([
      { kind: 'findings', host: 'n1', findings: [], atReboot: [] },
      { kind: 'findings', host: 'n2', findings: [], atReboot: [] },
    ]);
  });

  it('takes the lab down', async () => {
    expect((await mlbroute('lab', 'down', '--dir', lab)).code).toBe(0);
    expect((await mlbroute('lab', 'status', '--dir', lab)).code).toBe(1);
  });
});
