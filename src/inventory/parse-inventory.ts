import { comparePlaces, type Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Inventory } from './inventory.ts';
import { maskSecrets } from './mask-secrets.ts';
import { joinGroups } from './membership.ts';
import { readYaml } from './yaml-document.ts';
import { declareGroups } from './yaml-groups.ts';

/** Parses an inventory in Ansible's YAML format. `file` is the name diagnostics give. Fails with everything that was found, warnings too. */
export function parseInventory(text: string, file: string): Result<Inventory, readonly Diagnostic[]> {
  const source = sourceText(text);
  const document = readYaml(source, file);
  const diagnostics: Diagnostic[] = [...document.diagnostics];
  const report = (diagnostic: Diagnostic) => diagnostics.push(diagnostic);
  if (document.tree === null && diagnostics.length === 0)
    report({
      severity: 'error',
      code: 'inventory-empty',
      message: 'the inventory is empty',
      hint: 'it needs at least one group with hosts, e.g. "all: { hosts: { node1: } }"',
      at: { file, line: 1, column: 1 },
    });
  const declarations = document.tree === null ? [] : declareGroups(document.tree, report);
  const joined = joinGroups(declarations, report);
  diagnostics.sort(comparePlaces);
  if (diagnostics.some(({ severity }) => severity === 'error')) return err(diagnostics);
  const masked = maskSecrets(source);
  return ok({ ...joined, warnings: diagnostics, sourceOf: (name) => (name === file ? masked : null) });
}

/** The text as places in it are counted: without a byte order mark, lines ended by LF alone. */
export function sourceText(text: string): string {
  return text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
}
