import type { Scalar } from 'yaml';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { isSecretName } from './secret-name.ts';
import { type PlainScalar, readPlainScalar } from './yaml-scalar.ts';

type Problem = Omit<Diagnostic, 'at'>;

const standard = 'tag:yaml.org,2002:';
const known = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => standard + name));

/** Whether a tag says that the value is encrypted with ansible-vault. */
export function isVaultTag(tag: string | undefined): boolean {
  return tag === '!vault' || tag === '!vault-encrypted';
}

/** Why a value with this tag cannot be read, or null. */
export function tagProblem(tag: string | undefined): { readonly message: string; readonly hint: string } | null {
  if (tag === undefined || tag === '!' || tag === '!unsafe' || isVaultTag(tag) || known.has(tag)) return null;
  return { message: `the tag ${tag.replace(standard, '!!')} is not supported`, hint: 'remove the tag' };
}

/** The value of a scalar by its quoting and tag, and what is wrong or surprising about it. `keyText` is the key it belongs to. */
export function typedScalar(
  node: Scalar,
  keyText: string | null,
): { readonly value: PlainScalar['value']; readonly problem: Problem | null } {
  const text = String(node.value ?? '');
  const isPlain = node.type === 'PLAIN' || node.type === undefined;
  if (node.tag === `${standard}str` || node.tag === '!' || (node.tag === undefined && !isPlain))
    return { value: text, problem: null };
  const plain = readPlainScalar(text);
  if (node.tag === undefined) return { value: plain.value, problem: surprise(plain, text, keyText) };
  const wanted = node.tag.slice(standard.length);
  if (wanted !== typeNameOf(plain.value)) {
    const message = `"${text}" is not a value of the tag !!${wanted}`;
    return { value: plain.value, problem: { severity: 'error', code: 'yaml-tag', message, hint: 'remove the tag' } };
  }
  return { value: plain.value, problem: null };
}

function typeNameOf(value: PlainScalar['value']): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return typeof value === 'boolean' ? 'bool' : 'str';
}

function surprise(plain: PlainScalar, text: string, keyText: string | null): Problem | null {
  // A message would show the password; whatever needs it demands text, and says so without it.
  if (keyText !== null && isSecretName(keyText)) return null;
  const hint = `write "${text}" in quotes`;
  switch (plain.surprise) {
    case null:
      return null;
    case 'mac':
      return {
        severity: 'error',
        code: 'yaml-mac',
        message: `YAML reads the address ${text} as the base-60 number ${plain.value}`,
        hint,
      };
    case 'base-60':
      return {
        severity: 'warning',
        code: 'yaml-base-60',
        message: `YAML reads ${text} as the base-60 number ${plain.value}`,
        hint,
      };
    case 'octal':
      // A file mode is the one octal number people mean.
      if (keyText === 'mode' || keyText?.endsWith('_mode')) return null;
      return {
        severity: 'warning',
        code: 'yaml-octal',
        message: `YAML reads ${text} as the octal number ${plain.value}`,
        hint: `${hint} to keep its zeros`,
      };
    case 'too-large':
    case 'not-finite':
      return { severity: 'error', code: 'yaml-number', message: `${text} cannot be kept exactly as a number`, hint };
  }
}
