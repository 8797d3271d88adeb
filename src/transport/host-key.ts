import { createHash } from 'node:crypto';
import type { Failure } from '../domain/outcome.ts';
import { unreachable } from '../domain/result.ts';
import { type HostKeyVerdict, type KnownHost, keyTypeOf, knownHostName, linesFor } from './known-hosts.ts';

/** What is needed to tell a person about a host's key. */
export type HostKeyCase = {
  readonly address: string;
  readonly port: number;
  readonly key: Buffer;
  /** Where new keys are pinned: the first of the user's files. */
  readonly pinFile: string;
};

/** A key's fingerprint as ssh(1) and `ssh-keygen -l` print it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** Modern signature algorithms, best first; a key of the type on the left can sign with those on the right. SHA-1 is not among them. */
const algorithmsOf: ReadonlyMap<string, readonly string[]> = new Map([
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
]);

/**
 * The host key algorithms to ask for, those of known keys first. A server shows the first it has, so without this order a host known by its
 * RSA key would show another and seem to have changed.
 */
export function hostKeyAlgorithms(lines: readonly KnownHost[], address: string, port: number): string[] {
  const own = linesFor(lines, knownHostName(address, port));
  const bare = port === 22 ? [] : linesFor(lines, knownHostName(address, 22));
  const known = new Set([...own, ...bare].filter((line) => line.marker === null).map((line) => line.keyType));
  const types = [...algorithmsOf.keys()];
  const ordered = [...types.filter((type) => known.has(type)), ...types.filter((type) => !known.has(type))];
  return ordered.flatMap((type) => algorithmsOf.get(type) ?? []);
}

/** Why a host's key is not trusted, with the way out; null where it is. */
export function explainHostKey(verdict: HostKeyVerdict, shown: HostKeyCase): Failure | null {
  const name = knownHostName(shown.address, shown.port);
  const key = `${keyTypeOf(shown.key) ?? 'unreadable'} ${fingerprint(shown.key)}`;
  switch (verdict.kind) {
    case 'known':
      return null;
    case 'unknown':
      return {
        kind: 'host-key',
        message: `${name} is not in known_hosts and shows ${key}. ${wayIn(shown, verdict.authorities)}`,
        common: `not in known_hosts: mlbroute bootstrap shows the keys of new hosts and asks before it pins them in ${shown.pinFile}; --accept-new pins them unseen`,
      };
    case 'revoked':
      return {
        kind: 'host-key',
        message: `THE KEY OF ${name} IS REVOKED in ${place(verdict.by)}: it shows ${key}. Somebody may be posing as this host`,
      };
    case 'changed': {
      const known = verdict.known.map((line) => `${line.keyType} ${fingerprint(line.key)} (${place(line)})`).join(', ');
      return {
        kind: 'host-key',
        message: `THE KEY OF ${name} HAS CHANGED: known is ${known}, shown is ${key}. Somebody may be posing as this host. If it was reinstalled, check the fingerprint there and run: ${removal(verdict.known, name)}`,
      };
    }
    default:
      return unreachable(verdict);
  }
}

function wayIn(shown: HostKeyCase, authorities: readonly KnownHost[]): string {
  const port = shown.port === 22 ? '' : `-p ${shown.port} `;
  const scan = `ssh-keyscan ${port}${shown.address} >> ${shown.pinFile}`;
  const authority = authorities[0];
  const certificates =
    authority === undefined
      ? ''
      : ` (${place(authority)} trusts host certificates, which only ssh itself can check: --transport openssh does, or pin the key)`;
  return `If that fingerprint is right, pin it with --accept-new, or with: ${scan}${certificates}`;
}

function removal(known: readonly KnownHost[], name: string): string {
  const files = [...new Set(known.map((line) => line.file))];
  return files.map((file) => `ssh-keygen -f ${file} -R '${name}'`).join(' && ');
}

function place(line: KnownHost): string {
  return `${line.file}:${line.line}`;
}
