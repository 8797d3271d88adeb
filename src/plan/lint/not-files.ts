import type { DesiredState } from '../../domain/desired-state.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Failure } from '../../domain/outcome.ts';

/** A file cannot take the place of a folder, or of a device. */
export function notFiles({ files = [] }: DesiredState, observed: Observed): readonly Failure[] {
  return files
    .filter(({ dest }) => observed.notFiles.includes(dest))
    .map(({ dest }) => ({
      kind: 'refused',
      message: `${dest} is there, and is no file`,
      hint: 'name a file in it, or remove it on the host',
    }));
}
