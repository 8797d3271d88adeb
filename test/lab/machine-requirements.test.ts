import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requireDisk } from '../../src/lab/machine-requirements.ts';

describe('requireDisk', () => {
  it('makes the folder, and says how much is there and how much is needed', async () => {
    const base = await mkdtemp(join(tmpdir(), 'lab-disk-'));
    const folder = join(base, 'deep/lab');
    await requireDisk(folder, 0, 'unused');
    expect(existsSync(folder)).toBe(true);
    const required = requireDisk(folder, 1e12, 'elsewhere');
    await expect(required).rejects.toThrow(/^\d+ MB are free on the disk of .*deep\/lab, the lab needs 1000000000000$/);
    await expect(required).rejects.toMatchObject({ hint: 'elsewhere' });
    await rm(base, { recursive: true });
  });
});
