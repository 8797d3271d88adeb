import { readFile, stat } from 'node:fs/promises';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Inventory } from './inventory.ts';
import { maskSecrets } from './mask-secrets.ts';
import { parseInventory, sourceText } from './parse-inventory.ts';

/** Reads and parses an inventory file. A file that is missing, a directory or unreadable is a diagnostic without a place. */
export async function readInventory(path: string): Promise<Result<Inventory, readonly Diagnostic[]>> {
  const text = await readText(path);
  return text.ok ? parseInventory(text.value, path) : err([text.error]);
}

/** Reads a source again, so that the lines of its diagnostics can be shown where `readInventory` failed. Passwords are masked. */
export async function readSource(path: string): Promise<Inventory['sourceOf']> {
  const text = await readText(path);
  const masked = text.ok ? maskSecrets(sourceText(text.value)) : null;
  return (file) => (file === path ? masked : null);
}

async function readText(path: string): Promise<Result<string, Diagnostic>> {
  const trouble = (message: string, hint: string) =>
    err({ severity: 'error', code: 'inventory-file', message, hint, at: null } as const);
  try {
    if ((await stat(path)).isDirectory())
      return trouble(`inventory ${path} is a directory`, 'name the file in it; directories are not supported yet');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    return ok(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const code = 'code' in error ? error.code : null;
    if (code === 'ENOENT') return trouble(`there is no inventory file ${path}`, 'name one with -i FILE');
    if (code === 'EACCES')
      return trouble(`inventory ${path} cannot be read: permission denied`, `look at "ls -l ${path}"`);
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      return trouble(`inventory ${path} is not UTF-8 text`, 'save it as UTF-8');
    return trouble(`inventory ${path} cannot be read: ${error.message}`, 'name a readable file with -i FILE');
  }
}
