import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { err, ok, type Result } from '../domain/result.ts';
import type { Disk } from './disk.ts';
import type { Inventory } from './inventory.ts';
import { type InventoryRequest, type InventoryTrouble, loadInventory } from './load-inventory.ts';

/** Reads and parses all sources of an inventory, and the variables beside them. The one file of this folder that does I/O. */
export function readInventory(request: InventoryRequest): Promise<Result<Inventory, InventoryTrouble>> {
  return loadInventory(request, disk);
}

/** The disk and the programs of this machine. */
export const disk: Disk = {
  absolute: (path) => resolve(path),
  stat: async (path) => {
    const found = await attempt(() => stat(path));
    if (!found.ok) return /^E(?:NOENT|NOTDIR)\b/.test(found.error.code) ? ok(null) : err(found.error.text);
    const isFolder = found.value.isDirectory();
    return ok({ kind: isFolder ? 'folder' : 'file', isExecutable: !isFolder && (found.value.mode & 0o111) !== 0 });
  },
  list: async (path) => {
    const names = await attempt(() => readdir(path));
    return names.ok ? ok(names.value.sort()) : err(names.error.text);
  },
  read: async (path) => {
    const text = await attempt(async () => new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)));
    return text.ok ? text : err(text.error.text);
  },
  run: ([program, ...args], stdin) =>
    new Promise((settle) => {
      const child = execFile(program, args, { maxBuffer: 256 * 2 ** 20 }, (error, stdout, stderr) => {
        // A program that could not be started, or said too much, has a code that is a word.
        const code: unknown = error === null ? 0 : error.code;
        if (error !== null && typeof code === 'string') settle(err(wordsFor(error)));
        else settle(ok({ exitCode: typeof code === 'number' ? code : null, stdout, stderr }));
      });
      // A program that does not read its input closes it: that is its own affair.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(stdin);
    }),
};

async function attempt<T>(
  work: () => Promise<T>,
): Promise<Result<T, { readonly code: string; readonly text: string }>> {
  try {
    return ok(await work());
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return err({ code: 'code' in error ? String(error.code) : '', text: wordsFor(error) });
  }
}

function wordsFor(error: Error): string {
  const code = 'code' in error ? error.code : null;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not UTF-8 text';
  return error.message;
}
