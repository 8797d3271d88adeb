import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { HostVars } from '../domain/variable.ts';
import { hostVars, type Wish } from './host-vars.ts';
import type { Inventory } from './inventory.ts';
import type { Decrypted } from './references.ts';
import type { Vault } from './vault.ts';

/** The variables of hosts by name, and the texts among them that were encrypted: they must not be shown. */
export type ResolvedVars = {
  readonly byHost: ReadonlyMap<string, Result<HostVars, readonly Diagnostic[]>>;
  readonly secrets: readonly string[];
};

const decryptionsAtOnce = 4;

/** Expands the wanted variables of hosts, and decrypts what they need and nothing else: each decryption starts a program. */
export async function resolveVars(
  inventory: Inventory,
  hosts: readonly string[],
  { wanted, vault }: { readonly wanted: Wish['wanted']; readonly vault: Vault },
): Promise<ResolvedVars> {
  const byHost = new Map<string, Result<HostVars, readonly Diagnostic[]>>();
  const waiting = new Map<string, readonly string[]>();
  const resolve = (name: string, decrypted: Decrypted) => {
    const vars = hostVars(inventory, name, { wanted, decrypted });
    byHost.set(name, vars.ok ? ok(vars.value) : err(vars.error.diagnostics));
    if (!vars.ok && vars.error.locked.length > 0) waiting.set(name, vars.error.locked);
  };
  for (const name of hosts) resolve(name, new Map());
  const decrypted = await decryptAll([...new Set([...waiting.values()].flat())], vault);
  for (const name of waiting.keys()) resolve(name, decrypted);
  return { byHost, secrets: [...decrypted.values()].flatMap((each) => (each.ok ? [each.value] : [])) };
}

async function decryptAll(ciphertexts: readonly string[], vault: Vault): Promise<Decrypted> {
  const decrypted = new Map<string, Awaited<ReturnType<Vault>>>();
  const left = ciphertexts.values();
  const work = async () => {
    for (const ciphertext of left) decrypted.set(ciphertext, await vault(ciphertext));
  };
  await Promise.all(Array.from({ length: decryptionsAtOnce }, work));
  return decrypted;
}
