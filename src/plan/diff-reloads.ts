import type { FileChange, RuntimeChange } from '../domain/change.ts';
import { type Command, toShell } from '../domain/command.ts';
import type { DeclaredFile } from '../domain/declared-file.ts';

/**
 * The commands that have programs read their changed files again: each once, however many files changed. `before` are the files of the
 * last push: a file that goes is a change, too, but nothing is left to read a unit's that goes.
 */
export function diffReloads(
  changes: readonly FileChange[],
  before: readonly DeclaredFile[],
  desired: readonly DeclaredFile[],
): readonly RuntimeChange[] {
  const fileAt = new Map([...before, ...desired].map((file) => [file.dest, file]));
  const commands = changes.flatMap(({ kind, path }): readonly Command[] => {
    const argv = fileAt.get(path)?.reload ?? null;
    return argv === null || (kind === 'remove' && isUnitFile(path))
      ? []
      : [{ argv, why: 'files changed', stdin: null }];
  });
  const once = new Map(commands.map((command) => [toShell(command.argv), command]));
  return [...once].map(([words, command]) => ({
    sign: '~',
    subject: 'reload',
    words: `reload: ${words}`,
    apply: [command],
    undo: [command],
    readsFiles: true,
  }));
}

function isUnitFile(path: string): boolean {
  return /^\/etc\/systemd\/system\/[^/]+$/.test(path);
}
