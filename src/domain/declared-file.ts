import type { Words } from './action.ts';
import { err, ok, type Result } from './result.ts';

/** A file that a playbook wants on a host, at any path. */
export type DeclaredFile = {
  /** Absolute, without `.`, `..` and characters that a shell would need quotes for. */
  readonly dest: string;
  readonly content: string;
  /** Names of accounts of the host. */
  readonly owner: string;
  readonly group: string;
  /** Octal, four digits. */
  readonly mode: string;
  /** Must end with 0 before the file is put in place; `%s` in it stands for the text as it lies beside. Null: nothing is asked. */
  readonly validate: Words | null;
  /** Runs once after all changes of a push where this file or others with the same command changed; null: nothing runs. */
  readonly reload: Words | null;
};

/** Folders of the kernel, and those that a restart empties. */
const passing = /^\/(proc|sys|dev|run|tmp|var\/run)(\/|$)/;

/** A path that a playbook may have a file at. The error is half a sentence. */
export function parseFilePath(text: string): Result<string, string> {
  if (!text.startsWith('/')) return err(`"${text}" is no absolute path`);
  if (!/^(\/[\w@%+=:,.-]+)+$/.test(text) || /\/\.{1,2}(\/|$)/.test(text)) {
    return err(`"${text}" is no plain path: letters, digits and @%+=:,._- between single strokes`);
  }
  if (passing.test(text)) return err(`"${text}" would be gone after a restart`);
  if (isOwnPath(text)) return err(`"${text}" has a name by which mlbroute tells its own files`);
  return ok(text);
}

/** Whether a path is mlbroute's own by its name, whoever put something there. */
export function isOwnPath(path: string): boolean {
  return path.includes('mlbroute');
}
