import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { domainVariableNames } from './domain-variables.ts';

/** More would take `network_id` for `networks`. */
const mostEdits = 2;

/**
 * Warnings about variables of a host, by name with the places they are set at, that have nearly the name of one of mlbroute's which the host
 * lacks. They may be the user's own, so they are no error; but a host without `networks`, since they are called `network`, would lose what an
 * earlier push brought.
 */
export function nearVariables(
  variables: ReadonlyMap<string, { readonly keyAt: SourceLocation }>,
): readonly Diagnostic[] {
  const unset = domainVariableNames.filter((name) => !variables.has(name));
  return [...variables].flatMap(([name, { keyAt }]): readonly Diagnostic[] => {
    const hint = domainVariableNames.includes(name) ? null : didYouMean(name, unset, mostEdits);
    if (hint === null) return [];
    const message = `"${name}" means nothing to mlbroute`;
    return [{ severity: 'warning', code: 'near-variable', message, hint, at: keyAt }];
  });
}
