import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { NodePrograms } from '../deploy/deployment.ts';
import type { HostScriptInput } from '../plan/host-script.ts';

/** `src/commands` and `dist/commands` are equally far from the package's root. */
const directory = fileURLToPath(new URL('../../node/', import.meta.url));

/** Reads the shell programs that run on hosts. Throws where the package is not whole. */
export async function loadNodePrograms(): Promise<NodePrograms> {
  const [observe, apply, transaction, probe, action] = await Promise.all([
    read('observe'),
    read('apply'),
    read('transaction'),
    read('probe'),
    read('action'),
  ]);
  return { observe, apply, transaction, probe, action };
}

/** Reads what a host script is made of; throws as above. */
export async function loadScriptPrograms(): Promise<HostScriptInput['programs']> {
  const [apply, transaction, things, script] = await Promise.all([
    read('apply'),
    read('transaction'),
    read('host-things'),
    read('host-script'),
  ]);
  return { apply, transaction, things, script };
}

/** Reads one more program that runs on hosts; throws where the package is not whole. */
export function loadNodeProgram(name: 'routing' | 'doctor' | 'first-contact'): Promise<string> {
  return read(name);
}

function read(name: string): Promise<string> {
  return readFile(`${directory}${name}.sh`, 'utf8');
}
