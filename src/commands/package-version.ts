import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** `src/commands`, `dist/commands` and `dist/bundle` are equally far from the package's root. */
const file = fileURLToPath(new URL('../../package.json', import.meta.url));

/** The version of this mlbroute. Throws where the package is not whole. */
export async function packageVersion(): Promise<string> {
  return (JSON.parse(await readFile(file, 'utf8')) as { readonly version: string }).version;
}
