import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { err, ok, type Result } from '../domain/result.ts';
import { systemWords } from './read-trouble.ts';

/** Texts that tasks of a playbook name by their paths. */
export type PlaybookSources = {
  /** Reads a file by its path from the folder of the playbook `from`; each only once. The error is half a sentence. */
  readonly read: (path: string, from: string) => Result<{ readonly file: string; readonly text: string }, string>;
  /** The text of a file that was read; null of any other. */
  readonly textOf: (file: string) => string | null;
};

/** While hosts are resolved, for which files are named depends on their variables: hence without waiting. */
export function playbookSources(): PlaybookSources {
  const texts = new Map<string, Result<string, string>>();
  return {
    read: (path, from) => {
      const file = resolve(dirname(from), path);
      const known = texts.get(file) ?? readText(file);
      texts.set(file, known);
      return known.ok ? ok({ file, text: known.value }) : err(`${file} cannot be read: ${known.error}`);
    },
    textOf: (file) => {
      const known = texts.get(file);
      return known?.ok === true ? known.value : null;
    },
  };
}

function readText(file: string): Result<string, string> {
  try {
    // All of it, the mark of a byte order and the ends of lines, too: it may be for another program.
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file)));
  } catch (error) {
    if (error instanceof TypeError) return err('it is not UTF-8 text');
    return err(systemWords(error));
  }
}
