import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { kindOf, type Located } from './located.ts';

/** Where a path of a reference ends too early: `parent` is what was reached, null where not even the variable is there. */
export type DeadEnd = { readonly path: readonly string[]; readonly depth: number; readonly parent: Located | null };

/** Says that something referred to is not there. `known` are the names there are. */
export function missingReference(
  { path, depth, parent }: DeadEnd,
  known: Iterable<string>,
  at: SourceLocation,
): Diagnostic {
  const error = (message: string, hint: string | null): Diagnostic => {
    return { severity: 'error', code: 'undefined-variable', message, hint, at };
  };
  const key = path[depth] ?? '';
  if (parent === null) {
    const hint = didYouMean(key, known) ?? 'set it for the host or for one of its groups';
    return error(`variable "${key}" is not defined`, hint);
  }
  const hint = parent.kind === 'map' ? didYouMean(key, parent.entries.keys()) : null;
  return error(`"${path.slice(0, depth).join('.')}" has no "${key}": it is ${kindOf(parent)}`, hint);
}
