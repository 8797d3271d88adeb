import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holdImage } from '../../src/lab/image.ts';

describe('holdImage', () => {
  it('keeps the image for a lab when the cache is emptied', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lab-hold-'));
    await mkdir(join(folder, 'run'));
    await writeFile(join(folder, 'cached'), 'disk');
    const held = await holdImage(join(folder, 'cached'), folder);
    await rm(join(folder, 'cached'));
    expect(await readFile(held, 'utf8')).toBe('disk');
    await rm(folder, { recursive: true });
  });
});
