import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseTemplates, type TemplateSet, type TemplateSource, templateNames } from '../backends/templates.ts';
import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import { err, type Result } from '../domain/result.ts';
import { readTrouble } from './read-trouble.ts';

/** `src/commands` and `dist/commands` are equally far from the package's root. */
const shippedDirectory = fileURLToPath(new URL('../../templates/', import.meta.url));

/**
 * Reads the shipped templates; files of the same name under `userDirectory` take their place one by one, others there are errors.
 * Errors, all at once: an unreadable directory, and all that `parseTemplates` finds. Throws if the shipped ones are not readable.
 */
export async function loadTemplates(userDirectory: string | null): Promise<Result<TemplateSet, readonly Diagnostic[]>> {
  const shipped = await Promise.all(templateNames.map((name) => readSource(shippedDirectory, name)));
  if (userDirectory === null) return parseTemplates(shipped, []);
  try {
    const names = await readdir(userDirectory, { recursive: true });
    const own = await Promise.all(
      names
        .filter((name) => name.endsWith('.hbs'))
        .sort()
        .map((name) => readSource(userDirectory, name)),
    );
    return parseTemplates(shipped, own);
  } catch (error) {
    const hint = 'it should be a folder with files like networkd/vlan.network.hbs';
    return err([unplacedError('template-directory', readTrouble(error, userDirectory), hint)]);
  }
}

async function readSource(directory: string, name: string): Promise<TemplateSource> {
  const file = join(directory, name);
  return { name, file, text: await readFile(file, 'utf8') };
}
