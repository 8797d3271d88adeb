import { err, ok, type Result } from '../domain/result.ts';
import type { Disk } from './disk.ts';

/** Why a text could not be decrypted, and the way out. */
export type VaultFault = { readonly message: string; readonly hint: string };

/** Decrypts a text of ansible-vault. */
export type Vault = (ciphertext: string) => Promise<Result<string, VaultFault>>;

/** Whether a whole file is encrypted. */
export function isVaultText(text: string): boolean {
  return text.startsWith('$ANSIBLE_VAULT;');
}

/**
 * Decrypts with the `ansible-vault` command, whose password file is named and never read here: neither password nor text is ever an argument.
 * Each text is decrypted once. `passwordFile` null: nothing can be decrypted, and the fault says how to change that.
 */
export function openVault(disk: Disk, passwordFile: string | null): Vault {
  const known = new Map<string, Promise<Result<string, VaultFault>>>();
  return (ciphertext) => {
    const decrypted = known.get(ciphertext) ?? decrypt(disk, passwordFile, ciphertext);
    known.set(ciphertext, decrypted);
    return decrypted;
  };
}

async function decrypt(
  disk: Disk,
  passwordFile: string | null,
  ciphertext: string,
): Promise<Result<string, VaultFault>> {
  if (passwordFile === null)
    return err({
      message: 'encrypted with ansible-vault, and no password file is given',
      hint: 'give --vault-password-file FILE, or set ANSIBLE_VAULT_PASSWORD_FILE',
    });
  const ended = await disk.run(['ansible-vault', 'decrypt', '--vault-password-file', passwordFile], `${ciphertext}\n`);
  if (!ended.ok) return err({ message: `ansible-vault cannot be run: ${ended.error}`, hint: 'install ansible-core' });
  const { exitCode, stdout, stderr } = ended.value;
  if (exitCode === 0) return ok(stdout);
  const said =
    stderr
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^ERROR! /, '')
      .slice(0, 300) ?? '';
  return err({
    message: `ansible-vault cannot decrypt it: ${said}`,
    hint: `is ${passwordFile} the right password file?`,
  });
}
