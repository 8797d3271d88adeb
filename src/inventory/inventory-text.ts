import type { Diagnostic } from '../domain/diagnostic.ts';
import { readData } from './data-document.ts';
import type { Declaration } from './declaration.ts';
import { declareHostList } from './host-list.ts';
import { declareIni } from './ini-groups.ts';
import { readJson } from './json-document.ts';
import type { Located } from './located.ts';
import { declareScript } from './script-groups.ts';
import { declareGroups } from './yaml-groups.ts';

/** How an inventory source is written. `script`: what an executable printed for `--list`. `host-list`: names with commas between. */
type InventoryFormat = 'yaml' | 'ini' | 'script' | 'host-list';

/** The text of one inventory source. `file` is the name diagnostics give; lines end in LF alone, see `sourceText`. */
export type InventoryText = {
  readonly file: string;
  readonly format: InventoryFormat;
  readonly text: string;
  /** True: no line of it may be shown, for it was encrypted, or is the output of a program. */
  readonly isSecret: boolean;
};

/** What one source says. `known` is what the sources before it have. */
export function declareSource(
  { file, format, text }: InventoryText,
  known: { readonly groups: ReadonlySet<string>; readonly hosts: ReadonlySet<string> },
  report: (diagnostic: Diagnostic) => void,
): readonly Declaration[] {
  switch (format) {
    case 'ini':
      return declareIni({ text, file, known: known.groups }, report);
    case 'host-list':
      return declareHostList({ text, file, known: known.hosts }, report);
    case 'script': {
      const tree = reported(readJson(text, file), report);
      return tree === null ? [] : declareScript(tree, report);
    }
    case 'yaml': {
      const document = readData(text, file);
      const tree = reported(document, report);
      if (tree === null) {
        if (document.diagnostics.length === 0) report(emptyAt(file));
        return [];
      }
      // The form of scripts, kept in a file: "ansible-inventory --list > hosts.json".
      const isList = tree.kind === 'map' && tree.entries.has('_meta');
      return isList ? declareScript(tree, report) : declareGroups(tree, report);
    }
  }
}

/** The format of a file by its name, or by its first line that says something where the name does not tell. */
export function formatOf(file: string, text: string): 'yaml' | 'ini' {
  if (/\.(?:ya?ml|json)$/.test(file)) return 'yaml';
  if (/\.(?:ini|cfg)$/.test(file)) return 'ini';
  const first = text.split('\n').find((line) => !/^\s*(?:[#;]|$)/.test(line)) ?? '';
  return /^(?:---|%YAML|\s*\{|\s*["']?[^\s=[\]]+["']?\s*:(?:\s|$))/.test(first) ? 'yaml' : 'ini';
}

/** The text as places in it are counted: without a byte order mark, lines ended by LF alone. */
export function sourceText(text: string): string {
  return text.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n');
}

function reported(
  { tree, diagnostics }: { readonly tree: Located | null; readonly diagnostics: readonly Diagnostic[] },
  report: (diagnostic: Diagnostic) => void,
): Located | null {
  for (const diagnostic of diagnostics) report(diagnostic);
  return tree;
}

function emptyAt(file: string): Diagnostic {
  const hint = 'it needs at least one group with hosts, e.g. "all: { hosts: { node1: } }"';
  return {
    severity: 'error',
    code: 'inventory-empty',
    message: 'the inventory is empty',
    hint,
    at: { file, line: 1, column: 1 },
  };
}
