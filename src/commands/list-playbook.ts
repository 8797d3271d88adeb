import { listPlays } from '../playbook/list-plays.ts';
import { choosePlays } from '../playbook/tags.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { InventoryOptions } from './options.ts';
import { readPlaybook } from './playbook-file.ts';

export type ListOptions = Pick<InventoryOptions, 'playbook' | 'tags' | 'skipTags'> & {
  readonly listing: { readonly tasks: boolean; readonly tags: boolean };
};

/** `--list-tasks` and `--list-tags`: what is in the playbook, on standard output. Touches no host, and reads no inventory. */
export async function listPlaybook({ playbook: file, tags, skipTags, listing }: ListOptions, io: Io): Promise<number> {
  const choice = { tags: tags ?? [], skipTags: skipTags ?? [] };
  const { playbook, sourceOf } = await readPlaybook(file, choice);
  if (!playbook.ok) {
    io.stderr(formatDiagnostics(playbook.error.diagnostics, sourceOf));
    return exitCodes.badInput;
  }
  // Tags are listed to choose among them: those of tasks that only a tag brings are listed too.
  const isAsked = listing.tasks || tags !== undefined || skipTags !== undefined;
  const shown = isAsked ? choosePlays(playbook.value, choice) : playbook.value;
  io.stdout(listPlays(shown, { file: file ?? 'built-in', ...listing }));
  return 0;
}
