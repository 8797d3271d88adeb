import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInventory, readSource } from '../../src/inventory/read-inventory.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlbroute-read-'));
  await mkdir(join(folder, 'dir'));
  await writeFile(join(folder, 'latin1.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
  await writeFile(join(folder, 'good.yaml'), 'all: { hosts: { n1: { ansible_password: hunter2 } } }\n');
  await writeFile(join(folder, 'bad.yaml'), 'all: { hots: { n1: { ansible_password: hunter2 } } }\n');
});
afterAll(() => rm(folder, { recursive: true }));

describe('An inventory file', () => {
  it('is read under the name it was given', async () => {
    const path = join(folder, 'good.yaml');
    const read = await readInventory(path);
    expect(read.ok && read.value.hosts.map(({ name, at }) => [name, at])).toEqual([
      ['n1', { file: path, line: 1, column: 17 }],
    ]);
  });

  it.each([
    ['none.yaml', 'there is no inventory file FOLDER/none.yaml', 'name one with -i FILE'],
    ['dir', 'inventory FOLDER/dir is a directory', 'name the file in it; directories are not supported yet'],
    ['latin1.yaml', 'inventory FOLDER/latin1.yaml is not UTF-8 text', 'save it as UTF-8'],
    [
      'good.yaml/x',
      'inventory FOLDER/good.yaml/x cannot be read: ENOTDIR: not a directory, stat',
      'name a readable file with -i FILE',
    ],
  ])('%s that cannot be read is a diagnostic without a place', async (name, message, hint) => {
    const read = await readInventory(join(folder, name));
    const found = read.ok ? [] : read.error;
    expect(
      found.map((each) => ({ ...each, message: each.message.replaceAll(folder, 'FOLDER').replace(/ 'FOLDER.*$/, '') })),
    ).toEqual([{ severity: 'error', code: 'inventory-file', message, hint, at: null }]);
  });

  it('can be read again for showing the lines of its errors, without passwords', async () => {
    const path = join(folder, 'bad.yaml');
    const sourceOf = await readSource(path);
    expect(sourceOf(path)).toBe('all: { hots: { n1: { ansible_password: ********} } }\n');
    expect(sourceOf('other')).toBeNull();
    expect((await readSource(join(folder, 'none.yaml')))(path)).toBeNull();
  });
});
