import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Disk } from './disk.ts';
import { limitFiles } from './limit.ts';

/** Reads the files that `@FILE` terms of a limit name: one pattern per line; empty lines and lines after `#` do not count. */
export async function readLimitFiles(
  limit: string | null,
  disk: Disk,
): Promise<Result<ReadonlyMap<string, readonly string[]>, readonly Diagnostic[]>> {
  const lines = new Map<string, readonly string[]>();
  const faults: Diagnostic[] = [];
  for (const path of limit === null ? [] : limitFiles(limit)) {
    const text = await disk.read(path);
    if (text.ok) {
      const patterns = text.value.split(/\r\n?|\n/).map((line) => line.trim());
      lines.set(
        path,
        patterns.filter((line) => line !== '' && !line.startsWith('#')),
      );
    } else
      faults.push({
        severity: 'error',
        code: 'limit-file',
        message: `limit file ${path} cannot be read: ${text.error}`,
        hint: null,
        at: null,
      });
  }
  return faults.length > 0 ? err(faults) : ok(lines);
}
