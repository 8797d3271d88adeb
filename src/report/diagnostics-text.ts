import { type Diagnostic, formatDiagnostic } from '../domain/diagnostic.ts';
import { count } from './count.ts';

/** All diagnostics in the compiler's form and, after them, how many there are. Empty for none; else ends with a line feed. */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  sourceOf: (file: string) => string | null,
): string {
  if (diagnostics.length === 0) return '';
  const numbers = (['error', 'warning'] as const).flatMap((severity) => {
    const number = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return number === 0 ? [] : [count(number, severity)];
  });
  return `${[...diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, sourceOf)), numbers.join(', ')].join('\n')}\n`;
}
