import type { Inventory } from './inventory.ts';
import type { Entries, Located } from './located.ts';

// A shorter one is no secret, and would be found in every other word.
const shortest = 4;

/** The texts that stand in files which are encrypted as a whole: they must not be shown, whatever their variables are called. */
export function secretTexts({ secretFiles, groups, hosts, adjacent, extra }: Inventory): readonly string[] {
  if (secretFiles.size === 0) return [];
  const all: readonly Entries[] = [
    ...[...groups.values(), ...hosts].map(({ vars }) => vars),
    ...adjacent.flatMap((folder) => [...folder.groups.values(), ...folder.hosts.values()].flat()),
    ...extra,
  ];
  const found = new Set<string>();
  const visit = (node: Located): void => {
    if (node.kind === 'map') for (const { value } of node.entries.values()) visit(value);
    else if (node.kind === 'list') for (const item of node.items) visit(item);
    else if (node.kind === 'scalar' && typeof node.value === 'string') found.add(node.value);
    else if (node.kind === 'verbatim') found.add(node.text);
  };
  for (const vars of all) for (const { value } of vars.values()) if (secretFiles.has(value.at.file)) visit(value);
  return [...found].filter((text) => text.length >= shortest);
}
