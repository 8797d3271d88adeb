import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** {@link writePrivateFileNow} for whoever waits for disks in promises. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  writePrivateFileNow(path, text);
}

/**
 * Writes a file that only its owner may read, as a whole or not at all: beside it first, then in its place. At once and not in its own
 * time, since a process that was interrupted has no other. Throws what the disk says.
 */
export function writePrivateFileNow(path: string, text: string): void {
  const beside = besideOf(path);
  try {
    const file = openSync(beside, 'wx', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** A name that nobody has, in the folder of a file. */
export function besideOf(path: string): string {
  return `${path}.${randomBytes(4).toString('hex')}.new`;
}
