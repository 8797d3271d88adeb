import { readFile } from 'node:fs/promises';
import type { Secret } from '../domain/host.ts';
import { errorText } from './error-code.ts';

/** What an opened private key does. `hash`: of RSA, as Node.js calls it. */
export type Signer = { readonly sign: (data: Buffer, hash: string | undefined) => Buffer | Error };

/** Opens encrypted private keys with the help of a person. Both give the reason where a key stays locked. */
export type Unlock = {
  /** For ssh(1), which opens the key by itself. */
  readonly passphraseOf: (file: string) => Promise<Secret | string>;
  readonly signerOf: (file: string, data: Buffer) => Promise<Signer | string>;
};

/** What tries a passphrase on a key. */
export type Locksmith = {
  /** Null where that is not its passphrase, or mlbroute cannot read keys of this kind. */
  readonly open: (data: Buffer, passphrase: string) => Signer | null;
  readonly opensForSsh: (file: string, passphrase: Secret) => Promise<boolean>;
};

/** As often as ssh(1) asks. */
const mostTries = 3;

/** Makes what asks for passphrases: for each file once, whatever the number of hosts, and one question at a time. */
export function createUnlock(
  ask: (question: string) => Promise<Secret | null>,
  { open, opensForSsh }: Locksmith,
): Unlock {
  const passphrases = new Map<string, Promise<Secret | string>>();
  const signers = new Map<string, Promise<Signer | string>>();
  let last: Promise<unknown> = Promise.resolve();
  const askFor = async (file: string): Promise<Secret | string> => {
    const data = await readFile(file).catch((error: unknown) => errorText(error));
    if (typeof data === 'string') return data;
    for (let tries = 0; tries < mostTries; tries++) {
      const passphrase = await ask(`${tries === 0 ? 'Passphrase' : 'That is not it. Passphrase'} of ${file}`);
      if (passphrase === null || passphrase.reveal() === '') return 'no passphrase was typed';
      if (open(data, passphrase.reveal()) !== null || (await opensForSsh(file, passphrase))) return passphrase;
    }
    return 'the passphrase was wrong';
  };
  const passphraseOf = (file: string) =>
    once(passphrases, file, () => {
      const answer = last.then(() => askFor(file));
      last = answer.catch(() => {});
      return answer;
    });
  const signerOf = (file: string, data: Buffer) =>
    once(signers, file, async () => {
      const passphrase = await passphraseOf(file);
      if (typeof passphrase === 'string') return passphrase;
      return open(data, passphrase.reveal()) ?? 'only ssh itself can read a key of this kind: --transport openssh';
    });
  return { passphraseOf, signerOf };
}

function once<T>(known: Map<string, T>, name: string, make: () => T): T {
  const made = known.get(name) ?? make();
  known.set(name, made);
  return made;
}

/**
 * The public half that a private key of OpenSSH's own form carries in clear, as a line of authorized_keys; null where it is of another form. Source:
 * PROTOCOL.key of OpenSSH.
 */
export function clearPublicHalf(data: Buffer): string | null {
  const [, body] = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(data.toString('latin1')) ?? [];
  const blob = Buffer.from(body ?? '', 'base64');
  const magic = 'openssh-key-v1\0';
  if (blob.toString('latin1', 0, magic.length) !== magic) return null;
  let at = magic.length;
  const next = (): Buffer => {
    const from = at + 4;
    at = from + (from <= blob.length ? blob.readUInt32BE(at) : blob.length);
    return blob.subarray(from, at);
  };
  // Its cipher, what makes a key of a passphrase, and how.
  for (let skipped = 0; skipped < 3; skipped++) next();
  at += 4;
  const key = next();
  if (at > blob.length || key.length < 4) return null;
  return `${key.toString('latin1', 4, 4 + key.readUInt32BE(0))} ${key.toString('base64')}`;
}
