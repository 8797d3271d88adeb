import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInventory } from '../../src/inventory/read-inventory.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlbroute-read-'));
  await mkdir(join(folder, 'dir'));
  await writeFile(join(folder, 'latin1.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
  await writeFile(join(folder, 'good.yaml'), 'all: { hosts: { n1: { ansible_password: hunter2 } } }\n');
  await writeFile(join(folder, 'bad.yaml'), 'all: { hots: { n1: { ansible_password: hunter2 } } }\n');
});
const read = (path: string) => readInventory({ sources: [path], extraVars: [], vaultPasswordFile: null });
afterAll(() => rm(folder, { recursive: true }));

describe('An inventory file', () => {
  it('is read under the name it was given', async () => {
    const path = join(folder, 'good.yaml');
    const inventory = await read(path);
    expect(inventory.ok && inventory.value.hosts.map(({ name, at }) => [name, at])).toEqual([
      ['n1', { file: path, line: 1, column: 17 }],
    ]);
  });

  it.each([
    ['none.yaml', 'there is no inventory FOLDER/none.yaml', 'name one with -i FILE; a list of hosts ends in a comma'],
    ['dir', 'folder FOLDER/dir has no inventory file', 'hidden files, .cfg, .txt and the like do not count'],
    ['latin1.yaml', 'FOLDER/latin1.yaml cannot be read: it is not UTF-8 text', null],
    [
      'good.yaml/x',
      'there is no inventory FOLDER/good.yaml/x',
      'name one with -i FILE; a list of hosts ends in a comma',
    ],
  ])('%s that cannot be read is a diagnostic without a place', async (name, message, hint) => {
    const inventory = await read(join(folder, name));
    const found = inventory.ok ? [] : inventory.error.diagnostics;
    expect(found.map((each) => ({ ...each, message: each.message.replaceAll(folder, 'FOLDER') }))).toEqual([
      { severity: 'error', code: 'inventory-file', message, hint, at: null },
    ]);
  });

  it('shows the lines of its errors, without passwords', async () => {
    const path = join(folder, 'bad.yaml');
    const inventory = await read(path);
    expect(inventory.ok ? null : inventory.error.sourceOf(path)).toBe(
      'all: { hots: { n1: { ansible_password: ******* } } }\n',
    );
    expect(inventory.ok ? '' : inventory.error.sourceOf('other')).toBeNull();
  });
});
