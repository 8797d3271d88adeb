import type { Inventory } from './inventory.ts';
import type { Entries, Located } from './located.ts';
import { isSecretName } from './secret-name.ts';

// A shorter one is no secret, and would be found in every other word.
const shortest = 4;

/** The texts that stand in files which are encrypted as a whole: they must not be shown, whatever their variables are called. */
export function secretTexts(inventory: Inventory): readonly string[] {
  if (inventory.secretFiles.size === 0) return [];
  return textsOf(inventory, (_, value) => inventory.secretFiles.has(value.at.file));
}

/** The texts of variables that are called passwords, tokens and the like, as they were written. */
export function namedSecrets(inventory: Inventory): readonly string[] {
  return textsOf(inventory, isSecretName).filter((text) => !text.includes('{{'));
}

/** The texts in variables, at any depth, that are below a name and a value for which `isSecret` holds. */
function textsOf(
  { groups, hosts, adjacent, extra }: Inventory,
  isSecret: (name: string, value: Located) => boolean,
): readonly string[] {
  const found = new Set<string>();
  const visitEntries = (entries: Entries, isWithin: boolean): void => {
    for (const [name, { value }] of entries) visit(value, isWithin || isSecret(name, value));
  };
  const visit = (node: Located, isWithin: boolean): void => {
    if (node.kind === 'map') visitEntries(node.entries, isWithin);
    else if (node.kind === 'list') for (const item of node.items) visit(item, isWithin);
    else if (!isWithin) return;
    else if (node.kind === 'scalar' && typeof node.value === 'string') found.add(node.value);
    else if (node.kind === 'verbatim') found.add(node.text);
  };
  const all: readonly Entries[] = [
    ...[...groups.values(), ...hosts].map(({ vars }) => vars),
    ...adjacent.flatMap((folder) => [...folder.groups.values(), ...folder.hosts.values()].flat()),
    ...extra,
  ];
  for (const vars of all) visitEntries(vars, false);
  return [...found].filter((text) => text.length >= shortest);
}
