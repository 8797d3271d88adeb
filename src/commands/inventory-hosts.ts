import type { Diagnostic } from '../domain/diagnostic.ts';
import { hiderOf } from '../domain/hide-secrets.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Inventory, InventoryHost } from '../inventory/inventory.ts';
import { readLimitFiles } from '../inventory/limit-files.ts';
import type { InventoryTrouble } from '../inventory/load-inventory.ts';
import { disk, readInventory } from '../inventory/read-inventory.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import { openVault, type Vault } from '../inventory/vault.ts';
import { foldHosts } from '../report/fold.ts';
import type { InventoryOptions } from './options.ts';

/** An inventory, the hosts of it that are meant, and what decrypts values of it. */
export type InventoryHosts = {
  readonly inventory: Inventory;
  readonly hosts: readonly InventoryHost[];
  readonly vault: Vault;
};

/** Reads the inventory of the command line and selects the hosts of its limit. */
export async function loadInventoryHosts(
  { inventory: sources, limit, extraVars = [], vaultPasswordFile }: InventoryOptions,
  env: NodeJS.ProcessEnv,
): Promise<Result<InventoryHosts, InventoryTrouble>> {
  const { ANSIBLE_VAULT_PASSWORD_FILE: fromEnvironment = '' } = env;
  const passwordFile = vaultPasswordFile ?? (fromEnvironment === '' ? null : fromEnvironment);
  const inventory = await readInventory({ sources, extraVars, vaultPasswordFile: passwordFile });
  if (!inventory.ok) return inventory;
  const { sourceOf } = inventory.value;
  const files = await readLimitFiles(limit, disk);
  if (!files.ok) return err({ diagnostics: files.error, sourceOf });
  const hosts = selectHosts(inventory.value, limit, files.value);
  if (!hosts.ok) return err({ diagnostics: hosts.error, sourceOf });
  return ok({ inventory: inventory.value, hosts: hosts.value, vault: openVault(disk, passwordFile) });
}

/** A diagnostic and the host whose variables it is about. */
export type HostDiagnostic = { readonly host: string; readonly diagnostic: Diagnostic };

/**
 * Tells what several hosts have in common once: a fault in a shared variable names the hosts it hits, folded, where these are not simply all of
 * `hosts`, and always where it depends on what each of them has.
 */
export function foldDiagnostics(found: readonly HostDiagnostic[], hosts: readonly string[]): readonly Diagnostic[] {
  const groups = new Map<string, { diagnostic: Diagnostic; hosts: Set<string> }>();
  for (const { host, diagnostic } of found) {
    const key = JSON.stringify(diagnostic);
    const group = groups.get(key) ?? { diagnostic, hosts: new Set() };
    group.hosts.add(host);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ diagnostic, hosts: hit }) => {
    const isShared = hit.size === hosts.length && !/^(?:undefined-variable|reference-)/.test(diagnostic.code);
    return isShared ? diagnostic : { ...diagnostic, message: `${diagnostic.message} (for ${foldHosts([...hit])})` };
  });
}

/** Takes texts that must not be shown out of what is said. */
export function withoutSecrets(diagnostics: readonly Diagnostic[], secrets: readonly string[]): readonly Diagnostic[] {
  const hide = hiderOf(secrets);
  return diagnostics.map((each) => ({
    ...each,
    message: hide(each.message),
    hint: each.hint === null ? null : hide(each.hint),
  }));
}
