import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-image-'));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/mmdebstrap'), '#!/bin/sh\necho "E: cannot reach any mirror" >&2\nexit 25\n');
  await chmod(join(folder, 'bin/mmdebstrap'), 0o755);
  vi.stubEnv('PATH', `${join(folder, 'bin')}${delimiter}${process.env.PATH}`);
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('labImage', () => {
  it('shows the end of the log of a build that failed, and leaves no half an image', async () => {
    // Imported here: the search path is read when the module is.
    const { labImage } = await import('../../src/lab/image.ts');
    const building = labImage({ binary: '/bin/true', modules: '/nonexistent' }, { isRootless: false, print: () => {} });
    await expect(building).rejects.toThrow(/exited 25; its last lines:\n[\s\S]*E: cannot reach any mirror/);
    await expect(building).rejects.toMatchObject({ hint: expect.stringMatching(/the whole log: .*\.log/) });
    expect(
      (await readdir(join(folder, 'cache/mlbroute/lab'))).map((name) => name.replace(/^\w{16}/, 'KEY')).sort(),
    ).toEqual(['KEY.log', 'lock']);
  });
});
