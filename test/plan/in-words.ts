import type { RuntimeChange } from '../../src/domain/change.ts';
import { type Command, toShell } from '../../src/domain/command.ts';

/** A change as its sign and words, then its commands behind `>` and those of its undo behind `<`, with their input. */
export function inWords(changes: readonly RuntimeChange[]): readonly string[] {
  return changes.flatMap(({ sign, words, apply, undo }) => [
    `${sign} ${words}`,
    ...apply.map((command) => `  > ${typed(command)}`),
    ...undo.map((command) => `  < ${typed(command)}`),
  ]);
}

function typed({ argv, stdin }: Command): string {
  return stdin === null ? toShell(argv) : `${toShell(argv)} <<${JSON.stringify(stdin)}`;
}
