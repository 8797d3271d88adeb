import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, type Result } from '../domain/result.ts';
import type { HostVarsFault } from './host-vars.ts';
import type { Decrypted } from './references.ts';
import type { Vault } from './vault.ts';

/** What was resolved of hosts by name, and the texts among it that were encrypted: they must not be shown. */
export type Resolved<T> = {
  readonly byHost: ReadonlyMap<string, Result<T, readonly Diagnostic[]>>;
  readonly secrets: readonly string[];
};

const decryptionsAtOnce = 4;

/** Resolves something of each host, and decrypts what that needs and nothing else: each decryption starts a program. */
export async function resolveHosts<T>(
  hosts: readonly string[],
  vault: Vault,
  resolve: (name: string, decrypted: Decrypted) => Result<T, HostVarsFault>,
): Promise<Resolved<T>> {
  const byHost = new Map<string, Result<T, readonly Diagnostic[]>>();
  const decrypted = new Map<string, Awaited<ReturnType<Vault>>>();
  // What was encrypted may decide what is looked at next, so there may be several rounds; each has something new to decrypt.
  for (let waiting = hosts; waiting.length > 0; ) {
    const locked = new Map<string, readonly string[]>();
    for (const name of waiting) {
      const resolved = resolve(name, decrypted);
      byHost.set(name, resolved.ok ? resolved : err(resolved.error.diagnostics));
      const unread = resolved.ok ? [] : resolved.error.locked.filter((text) => !decrypted.has(text));
      if (unread.length > 0) locked.set(name, unread);
    }
    await decryptAll([...new Set([...locked.values()].flat())], vault, decrypted);
    waiting = [...locked.keys()];
  }
  return { byHost, secrets: [...decrypted.values()].flatMap((each) => (each.ok ? [each.value] : [])) };
}

async function decryptAll(
  ciphertexts: readonly string[],
  vault: Vault,
  decrypted: Map<string, Awaited<ReturnType<Vault>>>,
): Promise<void> {
  const left = ciphertexts.values();
  const work = async () => {
    for (const ciphertext of left) decrypted.set(ciphertext, await vault(ciphertext));
  };
  await Promise.all(Array.from({ length: decryptionsAtOnce }, work));
}
