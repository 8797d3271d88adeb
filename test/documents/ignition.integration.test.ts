import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { ignition } from '../../src/documents/ignition.ts';

beforeAll(() => {
  if (!existsSync('/usr/bin/ignition-validate'))
    throw new Error('ignition-validate is missing: apt-get install ignition');
});

/** What Ignition itself says of a config. */
function judge(config: string) {
  const { status, stdout, stderr } = spawnSync('ignition-validate', ['-'], { input: config, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}`.trim() };
}

it('Ignition takes the config, of any program', () => {
  for (const script of ['#!/bin/sh\n', `#!/bin/sh\n# ${'é"\'{{%'.repeat(50_000)}\n`])
    expect(judge(ignition(script))).toEqual({ status: 0, said: '' });
});

it('Ignition would tell of a mistake in it', () => {
  const config = JSON.parse(ignition('#!/bin/sh\n'));
  config.storage.files[0].path = 'opt/mlbroute/host.sh';
  expect(judge(JSON.stringify(config))).toMatchObject({ status: 1, said: expect.stringContaining('path') });
});
