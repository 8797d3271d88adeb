import type { Candidate, Completion } from '../domain/completion.ts';
import { err } from '../domain/result.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Io } from './io.ts';

/**
 * What the completion of a shell asks while somebody types: `files` in the first line, where the shell looks for files itself, or `words`, and a line for each:
 * the word, a tab and what it means. Runs nothing, reads nothing but files. What cannot be read has no words: a command line that is not yet
 * whole is no place for errors. It loads only what it needs: a key is pressed, and somebody waits.
 */
export async function complete(completion: Completion, io: Io): Promise<number> {
  if (completion.kind === 'files') io.stdout('files\n');
  else {
    const words = await wordsOf(completion);
    io.stdout(
      ['words', ...words.map(({ word, means }) => (means === null ? word : `${word}\t${means}`)), ''].join('\n'),
    );
  }
  return 0;
}

async function wordsOf(completion: Exclude<Completion, { readonly kind: 'files' }>): Promise<readonly Candidate[]> {
  switch (completion.kind) {
    case 'words':
      return completion.words;
    case 'groups':
      return groupsOf(await inventoryOf(completion.inventory));
    case 'hosts': {
      const { groups, head } = completion;
      const inventory = await inventoryOf(completion.inventory);
      const hosts = (inventory?.hosts ?? []).map(({ name }) => ({ word: name, means: null }));
      return [...hosts, ...(groups ? groupsOf(inventory) : [])].map(({ word, means }) => ({
        word: head + word,
        means,
      }));
    }
    case 'tags': {
      const { playbook, head } = completion;
      const chosen = head.split(/[=,]/);
      const tags = (await tagsOf(playbook)).filter((tag) => !chosen.includes(tag));
      return tags.map((tag) => ({ word: head + tag, means: null }));
    }
  }
}

function groupsOf(inventory: Inventory | null): readonly Candidate[] {
  return [...(inventory?.groups.keys() ?? [])].map((word) => ({ word, means: 'group' }));
}

async function inventoryOf(sources: readonly string[]): Promise<Inventory | null> {
  if (sources.length === 0) return null;
  const [{ loadInventory }, { disk }] = await Promise.all([
    import('../inventory/load-inventory.ts'),
    import('../inventory/read-inventory.ts'),
  ]);
  // No program of an inventory runs while somebody types, nor ansible-vault.
  const quiet = { ...disk, run: async () => err('not while a command line is typed') };
  const read = await loadInventory({ sources, extraVars: [], vaultPasswordFile: null }, quiet);
  return read.ok ? read.value : null;
}

async function tagsOf(playbook: string | null): Promise<readonly string[]> {
  if (playbook === null) return [];
  const [{ parsePlaybook }, { disk }] = await Promise.all([
    import('../playbook/parse-playbook.ts'),
    import('../inventory/read-inventory.ts'),
  ]);
  const text = await disk.read(playbook);
  const parsed = text.ok ? parsePlaybook(text.value, playbook) : text;
  if (!parsed.ok) return [];
  return [...new Set(parsed.value.plays.flatMap(({ tasks }) => tasks.flatMap(({ tags }) => tags)))].sort();
}
