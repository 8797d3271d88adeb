import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-packages-'));
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** Stands in for apt-get, so that no test installs anything: writes down its arguments and exits as told. */
const fakeApt = async (exit: number) => {
  await writeFile(
    join(folder, 'apt-get'),
    `#!/bin/sh\necho "$@" >> ${folder}/called\necho "E: Unable to locate" >&2\nexit ${exit}\n`,
  );
  await chmod(join(folder, 'apt-get'), 0o755);
  await rm(join(folder, 'called'), { force: true });
};
const withoutTwo = (path: string) => !/\/(linux\.uml|socat)$/.test(path);
const line = 'apt-get install -y --no-install-recommends socat user-mode-linux';

describe('requirePackages', () => {
  it.each([
    ['root', false, false, `${line}; or let the lab do it: mlbroute lab up --install`],
    ['a user', true, false, `sudo ${line}`],
    ['a user who asks to install', true, true, `sudo ${line}`],
  ])('tells %s the exact line to install what is missing', async (_, isRootless, install, hint) => {
    // Imported here: the search path is read when the module is.
    const { requirePackages } = await import('../../src/lab/packages.ts');
    const required = requirePackages({ isRootless, install, print: () => {}, isThere: withoutTwo });
    await expect(required).rejects.toMatchObject({
      message: 'the lab needs packages this machine does not have: socat, user-mode-linux',
      hint,
    });
  });

  it('installs what is missing when root asks for it', async () => {
    await fakeApt(0);
    const { requirePackages } = await import('../../src/lab/packages.ts');
    const lines: string[] = [];
    await requirePackages({ isRootless: false, install: true, print: (text) => lines.push(text), isThere: withoutTwo });
    expect(lines).toEqual(['installing socat user-mode-linux']);
    expect(await readFile(join(folder, 'called'), 'utf8')).toBe(`update -q\n${line.replace('apt-get ', '')}\n`);
  });

  it('shows what apt said when it fails', async () => {
    await fakeApt(100);
    const { requirePackages } = await import('../../src/lab/packages.ts');
    const required = requirePackages({ isRootless: false, install: true, print: () => {}, isThere: withoutTwo });
    await expect(required).rejects.toThrow('`apt-get update -q` exited 100:\nE: Unable to locate');
  });
});
