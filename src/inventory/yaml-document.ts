import { LineCounter, parseDocument } from 'yaml';
import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import type { Located } from './located.ts';
import { deepestNesting, findTooDeep } from './yaml-depth.ts';
import { locateTree } from './yaml-tree.ts';

/** A YAML text as located data. The tree is null where the text is empty or cannot be parsed. */
export type YamlDocument = { readonly tree: Located | null; readonly diagnostics: readonly Diagnostic[] };

/** Reads YAML as Ansible does (see `readPlainScalar`), but finds fault with all that Ansible would drop or change in silence. */
export function readYaml(text: string, file: string): YamlDocument {
  const tooDeep = findTooDeep(text);
  if (tooDeep !== null) {
    const at = locationAt(text, file, tooDeep);
    const message = `values are nested more than ${deepestNesting} deep`;
    return { tree: null, diagnostics: [{ severity: 'error', code: 'yaml-depth', message, hint: null, at }] };
  }
  const lines = new LineCounter();
  const placeOf = (offset: number): SourceLocation => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  // The failsafe schema leaves every word as it was written: what a word means is decided by readPlainScalar alone.
  const document = parseDocument(text, {
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: lines,
  });
  if (document.errors.length > 0) {
    const diagnostics = document.errors.map(({ pos, message, code }): Diagnostic => {
      const several = code === 'MULTIPLE_DOCS';
      return {
        severity: 'error',
        code: 'yaml-syntax',
        message: several ? 'a file is one YAML document, this starts a second one' : message,
        hint: several ? 'remove the "---" between them' : quotesHint(text, lines.linePos(pos[0]).line),
        at: placeOf(pos[0]),
      };
    });
    return { tree: null, diagnostics };
  }
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => diagnostics.push(diagnostic);
  const tree = document.contents === null ? null : locateTree(document.contents, { text, placeOf, report });
  return { tree, diagnostics };
}

/** The commonest cause of broken YAML in an inventory that has references: one that is not quoted. */
function quotesHint(text: string, line: number): string | null {
  const near = text.split('\n').slice(Math.max(0, line - 2), line);
  return near.some((each) => /(?:^|[:,[-])\s*\{\{/.test(each)) ? 'a value that starts with {{ must be in quotes' : null;
}

function locationAt(text: string, file: string, offset: number): SourceLocation {
  const before = text.slice(0, offset).split('\n');
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
