import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Shell } from '../domain/completion.ts';
import type { Io } from './io.ts';

/** `mlbroute completion SHELL`: what the shell reads to complete commands, options, hosts, groups, tags and files, on standard output. */
export async function completion({ shell }: { readonly shell: Shell }, io: Io): Promise<number> {
  io.stdout(await readFile(fileURLToPath(new URL(`../../completion/mlbroute.${shell}`, import.meta.url)), 'utf8'));
  return 0;
}
