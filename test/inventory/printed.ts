import { type Diagnostic, formatDiagnostic } from '../../src/domain/diagnostic.ts';
import { err, type Result } from '../../src/domain/result.ts';
import type { HostVars } from '../../src/domain/variable.ts';
import { hostVars } from '../../src/inventory/host-vars.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { maskSecrets } from '../../src/inventory/mask-secrets.ts';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';

/** Diagnostics as a user sees them; `text` is what file `i.yaml` has. */
export function printed(diagnostics: readonly Diagnostic[], text: string): string {
  const sourceOf = (file: string) => (file === 'i.yaml' ? maskSecrets(text) : null);
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, sourceOf)).join('\n');
}

/** The inventory of a text that must be right. */
export function inventoryOf(text: string): Inventory {
  const parsed = parseInventory(text, 'i.yaml');
  if (!parsed.ok) throw new Error(`not a right inventory:\n${printed(parsed.error, text)}`);
  return parsed.value;
}

/** All variables of a host of a text that must be right, or the errors. */
export function varsOf(text: string, host: string): Result<HostVars, readonly Diagnostic[]> {
  const vars = hostVars(inventoryOf(text), host, { wanted: 'all', decrypted: new Map() });
  return vars.ok ? vars : err(vars.error.diagnostics);
}

/** Cuts the common indentation of a template literal, so that columns count from where the text seems to start. */
export function yaml(strings: TemplateStringsArray): string {
  const lines = (strings.raw[0] ?? '').replace(/^\n/, '').replace(/\n *$/, '\n').split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const width = Math.min(...indents);
  return lines.map((line) => line.slice(width)).join('\n');
}
