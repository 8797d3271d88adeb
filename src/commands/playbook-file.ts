import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { sourceText } from '../inventory/inventory-text.ts';
import { maskSecrets } from '../inventory/mask-secrets.ts';
import { disk } from '../inventory/read-inventory.ts';
import { type PlaybookFaults, parsePlaybook } from '../playbook/parse-playbook.ts';
import { builtInPlaybook, type Playbook } from '../playbook/playbook.ts';
import { type TagChoice, tagFaults } from '../playbook/tags.ts';
import { type PlaybookSources, playbookSources } from './playbook-sources.ts';

/** A playbook, or what is wrong with it; and its text, as far as it may be shown. */
export type PlaybookFile = {
  readonly playbook: Result<Playbook, PlaybookFaults>;
  readonly sourceOf: (file: string) => string | null;
  readonly readSource: PlaybookSources['read'];
};

/** Reads a playbook, the whole of it; without one, the built-in. Tags that it does not have are an error. */
export async function readPlaybook(file: string | undefined, choice: TagChoice): Promise<PlaybookFile> {
  const { read: readSource, textOf } = playbookSources();
  if (file === undefined) return { playbook: withTags(ok(builtInPlaybook), choice), sourceOf: () => null, readSource };
  const read = await disk.read(file);
  if (!read.ok) {
    const message = `${file} cannot be read: ${read.error}`;
    const fault: Diagnostic = { severity: 'error', code: 'playbook-file', message, hint: null, at: null };
    return { playbook: err({ diagnostics: [fault], rest: { plays: [] } }), sourceOf: () => null, readSource };
  }
  const text = sourceText(read.value);
  const shown = maskSecrets(text);
  const sourceOf = (name: string) => (name === file ? shown : textOf(name));
  return { playbook: withTags(parsePlaybook(text, file), choice), sourceOf, readSource };
}

function withTags(playbook: PlaybookFile['playbook'], choice: TagChoice): PlaybookFile['playbook'] {
  const faults = playbook.ok ? tagFaults(playbook.value, choice) : [];
  return faults.length > 0 ? err({ diagnostics: faults, rest: { plays: [] } }) : playbook;
}
