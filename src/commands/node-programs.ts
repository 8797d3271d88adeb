import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { NodePrograms } from '../deploy/deployment.ts';

/** `src/commands` and `dist/commands` are equally far from the package's root. */
const directory = fileURLToPath(new URL('../../node/', import.meta.url));

/** Reads the shell programs that run on hosts. Throws where the package is not whole. */
export async function loadNodePrograms(): Promise<NodePrograms> {
  const read = (name: string) => readFile(`${directory}${name}.sh`, 'utf8');
  const [observe, apply, transaction, probe, action] = await Promise.all([
    read('observe'),
    read('apply'),
    read('transaction'),
    read('probe'),
    read('action'),
  ]);
  return { observe, apply, transaction, probe, action };
}

/** Reads one more program that runs on hosts; throws where the package is not whole. */
export function loadNodeProgram(name: 'routing' | 'doctor'): Promise<string> {
  return readFile(`${directory}${name}.sh`, 'utf8');
}
