import type { Diagnostic, SourceLocation } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Json } from '../domain/variable.ts';
import { magicVariables, unknownHost } from './host-vars.ts';
import type { Inventory } from './inventory.ts';
import { maskedJson } from './list-inventory.ts';
import { expandReferences } from './references.ts';
import { type Layer, variableLayers } from './variable-layers.ts';

/** One place that sets a variable for a host. Values that must not be shown are masked. */
export type Definition = {
  readonly owner: Layer['owner'] | { readonly kind: 'built-in' };
  /** Where the value stands. */
  readonly at: SourceLocation;
  /** As it is written. */
  readonly written: Json;
  /** What the host would have, if this were the one that counts; or why it would have nothing. */
  readonly value: Result<Json, readonly Diagnostic[]>;
};

/** Every definition of a variable for a host, the weakest first: the last one counts. Fails where there is no such host or variable. */
export function traceVariable(
  inventory: Inventory,
  hostName: string,
  name: string,
): Result<readonly Definition[], Diagnostic> {
  const host = inventory.hostsByName.get(hostName);
  if (host === undefined) return err(unknownHost(inventory, hostName));
  const layers = variableLayers(inventory, host);
  const magic = magicVariables(inventory, host);
  const merged = new Map(layers.flatMap(({ vars }) => [...vars]));

  const builtIn = magic.get(name);
  if (builtIn !== undefined) {
    const value = maskedJson(name, builtIn.value, inventory.secretFiles);
    return ok([{ owner: { kind: 'built-in' }, at: host.at, written: value, value: ok(value) }]);
  }
  const definitions = layers.flatMap(({ owner, vars }): readonly Definition[] => {
    const entry = vars.get(name);
    if (entry === undefined) return [];
    const scope = new Map([...merged, [name, entry]]);
    const { variables, diagnostics, locked } = expandReferences(scope, [name], { magic, decrypted: new Map() });
    const expanded = variables.get(name)?.value ?? entry.value;
    const isKnown = diagnostics.length === 0 && locked.length === 0;
    const value = isKnown ? ok(maskedJson(name, expanded, inventory.secretFiles)) : err(diagnostics);
    return [{ owner, at: entry.value.at, written: maskedJson(name, entry.value, inventory.secretFiles), value }];
  });
  if (definitions.length > 0) return ok(definitions);
  const hint = didYouMean(name, [...merged.keys(), ...magic.keys()]);
  const message = `variable "${name}" is not defined for ${hostName}`;
  return err({ severity: 'error', code: 'undefined-variable', message, hint, at: null });
}
