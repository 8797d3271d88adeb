import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { render } from '../../src/commands/render.ts';
import { run } from './test-io.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlbroute-doubts-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function said(name: string, text: string, options: { readonly playbook?: string } = {}): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  const { exitCode, stderr } = await run(render, {
    inventory: [file],
    limit: null,
    out: join(folder, 'out'),
    ...options,
  });
  expect(exitCode, stderr).toBe(0);
  return stderr.replaceAll(`${folder}/`, '');
}

const network = '[{ name: public, pools: [10.9.8.0/24], link: { device: eth1 } }]';

describe('what is hardly meant', () => {
  it('a misspelt variable that leaves hosts without networks', async () => {
    expect(await said('typo.yaml', `all:\n  vars:\n    network: ${network}\n  hosts:\n    n[1:2]:\n`)).toBe(
      [
        'typo.yaml:3:5: warning[near-variable]: "network" means nothing to mlbroute',
        `          network: ${network}`,
        '          ^ hint: did you mean "networks"?',
        'warning[no-networks]: these hosts have no networks: there is nothing to bring, and what an earlier push brought is to go',
        '      hint: set the variable networks for them, or give a playbook with -p',
        '2 warnings',
        '0 files of 2 hosts in out',
        '',
      ].join('\n'),
    );
  });

  it('but not where some have networks, an empty list says so, or a playbook says what they shall have', async () => {
    const some = `all:\n  hosts:\n    n1: { networks: ${network} }\n    n2:\n`;
    expect(await said('some.yaml', some)).not.toContain('warning');
    expect(await said('empty.yaml', 'all: { hosts: { n1: { networks: [] } } }\n')).not.toContain('warning');
    const playbook = join(folder, 'site.yaml');
    await writeFile(playbook, '- hosts: all\n  tasks:\n    - sysctl: { name: net.ipv4.ip_forward, value: 1 }\n');
    expect(await said('none.yaml', 'all: { hosts: { n1: } }\n', { playbook })).not.toContain('warning');
  });
});
