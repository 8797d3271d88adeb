import { comparePlaces, type Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Declaration } from './declaration.ts';
import type { Inventory } from './inventory.ts';
import { declareSource, type InventoryText, sourceText } from './inventory-text.ts';
import { maskSecrets } from './mask-secrets.ts';
import { joinGroups } from './membership.ts';

/** The hosts and groups of all sources, and everything that is wrong with them, source by source. */
export type ParsedSources = Pick<Inventory, 'hosts' | 'groups'> & { readonly diagnostics: readonly Diagnostic[] };

/** Parses sources and joins what they say; where two say something of one variable, the later counts. */
export function parseSources(sources: readonly InventoryText[]): ParsedSources {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => diagnostics.push(diagnostic);
  const declarations: Declaration[] = [];
  const known = { groups: new Set(['all', 'ungrouped']), hosts: new Set<string>() };
  for (const source of sources) {
    // Not spread into push: a long list would not fit on the stack.
    for (const declaration of declareSource(source, known, report)) {
      declarations.push(declaration);
      if (declaration.kind === 'group') known.groups.add(declaration.group);
      else if (declaration.kind === 'member') known.hosts.add(declaration.host);
    }
  }
  const joined = joinGroups(declarations, report);
  const order = new Map(sources.map(({ file }, index) => [file, index]));
  const rankOf = ({ at }: Diagnostic) => (at === null ? -1 : (order.get(at.file) ?? 0));
  diagnostics.sort((a, b) => rankOf(a) - rankOf(b) || comparePlaces(a, b));
  return { ...joined, diagnostics };
}

/** Parses one inventory of YAML. `file` is the name diagnostics give. Fails with everything that was found, warnings too. */
export function parseInventory(text: string, file: string): Result<Inventory, readonly Diagnostic[]> {
  const source = sourceText(text);
  const { hosts, groups, diagnostics } = parseSources([{ file, format: 'yaml', text: source, isSecret: false }]);
  if (diagnostics.some(({ severity }) => severity === 'error')) return err(diagnostics);
  return ok({
    hosts,
    groups,
    hostsByName: new Map(hosts.map((host) => [host.name, host])),
    adjacent: [],
    extra: [],
    folderOf: () => null,
    secretFiles: new Set(),
    sourceOf: (name) => (name === file ? maskSecrets(source) : null),
    warnings: diagnostics,
  });
}
