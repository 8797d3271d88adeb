import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { quoteWord } from '../domain/command.ts';
import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';

/** Writes the inventory; null where that went well. */
export async function inventoryFileFault(out: string, text: string, flag: 'w' | 'wx'): Promise<Diagnostic | null> {
  try {
    await writeFile(out, text, { flag });
    return null;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const hint = error.code === 'ENOENT' ? `make the folder first: mkdir -p ${quoteWord(dirname(out))}` : null;
    return unplacedError('inventory-file', `${out} cannot be written: ${error.message}`, hint);
  }
}
