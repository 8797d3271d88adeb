import type { Words } from '../domain/action.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { splitShellWords } from '../inventory/shell-words.ts';

/** What only a shell understands, where it stands as a word of its own. */
const shellWords = new Set(['|', '||', '&', '&&', ';', '<', '>', '>>', '2>', '2>&1']);

/** The words of a command: a list as it is, a text split as a shell does it, without any expansion. */
export function commandWords(
  written: string | readonly (string | number)[],
): Result<Words, { readonly message: string; readonly hint: string | null }> {
  const split = typeof written === 'string' ? splitShellWords(written) : ok(written.map(String));
  if (!split.ok) return err({ message: `the command cannot be split into words: ${split.error}`, hint: null });
  const [program = '', ...rest] = split.value;
  if (program === '') return err({ message: 'the command is empty', hint: null });
  const strange = typeof written === 'string' ? rest.find((word) => shellWords.has(word)) : undefined;
  if (strange === undefined) return ok([program, ...rest]);
  const hint = 'ask for a shell by name: [sh, -c, "…"]';
  return err({ message: `"${strange}" is for a shell, and a command runs without one`, hint });
}
