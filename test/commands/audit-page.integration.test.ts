import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const page = await readFile(new URL('../../docs/audit.md', import.meta.url), 'utf8');
const units = Array.from(
  page.matchAll(/^```ini\n# \/etc\/systemd\/system\/(\S+)\n([\s\S]*?)^```/gm),
  ([, name = '', text = '']) => ({ name, text }),
);

describe('the units in docs/audit.md', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mlbroute-units-'));
    for (const { name, text } of units) await writeFile(join(folder, name), text);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are a service and a timer', () => {
    expect(units.map(({ name }) => name)).toEqual(['mlbroute-audit.service', 'mlbroute-audit.timer']);
  });

  it.each(units.map(({ name }) => name))('are fine by systemd-analyze: %s', (name) => {
    const { error, status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', name], {
      cwd: folder,
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
      encoding: 'utf8',
    });
    expect({ error, status, said: `${stdout}${stderr}` }).toEqual({ error: undefined, status: 0, said: '' });
  });
});
