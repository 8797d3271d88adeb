import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needTool, runIsolated } from '../backends/run-tool.ts';

const page = await readFile(new URL('../../docs/audit.md', import.meta.url), 'utf8');
const units = Array.from(
  page.matchAll(/^```ini\n# \/etc\/systemd\/system\/(\S+)\n([\s\S]*?)^```/gm),
  ([, name = '', text = '']) => ({ name, text }),
);

describe('the units in docs/audit.md', () => {
  let folder = '';
  beforeAll(async () => {
    needTool('/usr/bin/systemd-analyze', 'systemd');
    folder = await mkdtemp(join(tmpdir(), 'mlbroute-units-'));
    for (const { name, text } of units) await writeFile(join(folder, name), text);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are a service and a timer', () => {
    expect(units.map(({ name }) => name)).toEqual(['mlbroute-audit.service', 'mlbroute-audit.timer']);
  });

  it.each(units.map(({ name }) => name))('are fine by systemd-analyze: %s', (name) => {
    expect(
      runIsolated('cd "$1"; SYSTEMD_UNIT_PATH="$1:" systemd-analyze verify --man=no "$2"', [folder, name]),
    ).toEqual({
      stdout: '',
      stderr: '',
    });
  });
});
