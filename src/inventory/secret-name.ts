/** How names of variables end whose values must not be shown: `ansible_become_pass`, `vault_admin_password`, `api_token`. */
export const secretNameEnding = '(?:pass|password|passwd|passphrase|secret|token|api_?key)';

/** Whether the value of a variable of this name must not be shown. */
export function isSecretName(name: string): boolean {
  return new RegExp(`${secretNameEnding}$`, 'i').test(name);
}
