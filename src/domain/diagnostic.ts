/** A place in a source text; line and column count from 1. */
export type SourceLocation = { readonly file: string; readonly line: number; readonly column: number };

/** Trouble found in what the user wrote: where, what, and the way out. */
export type Diagnostic = {
  readonly severity: 'error' | 'warning';
  /** A stable short name, e.g. `vlan-range`. */
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly at: SourceLocation | null;
};

/** An error about no place in a text, such as a file that is not there. */
export function unplacedError(code: string, message: string, hint: string | null): Diagnostic {
  return { severity: 'error', code, message, hint, at: null };
}

/** A warning of that kind. */
export function unplacedWarning(code: string, message: string, hint: string | null): Diagnostic {
  return { severity: 'warning', code, message, hint, at: null };
}

/** Orders diagnostics by file, and within one as its text goes; those without a place come first. */
export function comparePlaces(a: Diagnostic, b: Diagnostic): number {
  const [fileOfA, fileOfB] = [a.at?.file ?? '', b.at?.file ?? ''];
  if (fileOfA !== fileOfB) return fileOfA < fileOfB ? -1 : 1;
  return (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0);
}

/** Prints a diagnostic as compilers do: `file:line:column: error[code]: message`, the line, a caret, the hint. `sourceOf` gives a file's text, or null. */
export function formatDiagnostic(diagnostic: Diagnostic, sourceOf: (file: string) => string | null): string {
  const { at, severity, code, message, hint } = diagnostic;
  const head = `${at === null ? '' : `${at.file}:${at.line}:${at.column}: `}${severity}[${code}]: ${message}`;
  const line = at === null ? undefined : sourceOf(at.file)?.split('\n')[at.line - 1];
  if (at === null || line === undefined) return hint === null ? head : `${head}\n      hint: ${hint}`;
  // Tabs stay tabs under the line, so that the caret stands right whatever their width.
  const indent = line.slice(0, at.column - 1).replaceAll(/[^\t]/g, ' ');
  return `${head}\n      ${line}\n      ${indent}^${hint === null ? '' : ` hint: ${hint}`}`;
}
