import type { Secret } from '../domain/host.ts';

/** What an opened private key does. `hash`: of RSA, as Node.js calls it. */
export type Signer = { readonly sign: (data: Buffer, hash: string | undefined) => Buffer | Error };

/** Opens an encrypted private key; null where that is not its passphrase. */
type OpenKey = (data: Buffer, passphrase: string) => Signer | null;

/** Opens the private key in a file, or says why it stays locked. */
export type Unlock = (file: string, data: Buffer) => Promise<Signer | string>;

/** As often as ssh(1) asks. */
const mostTries = 3;

/** Makes the function that asks for passphrases: for each file once, whatever the number of hosts, and one question at a time. */
export function createUnlock(ask: (question: string) => Promise<Secret | null>, open: OpenKey): Unlock {
  const opened = new Map<string, Promise<Signer | string>>();
  let last: Promise<unknown> = Promise.resolve();
  const unlock: Unlock = async (file, data) => {
    for (let tries = 0; tries < mostTries; tries++) {
      const passphrase = await ask(`${tries === 0 ? 'Passphrase' : 'That is not it. Passphrase'} of ${file}`);
      if (passphrase === null || passphrase.reveal() === '') return 'no passphrase was typed';
      const signer = open(data, passphrase.reveal());
      if (signer !== null) return signer;
    }
    return 'the passphrase was wrong';
  };
  return (file, data) => {
    const known = opened.get(file);
    if (known !== undefined) return known;
    const answer = last.then(() => unlock(file, data));
    last = answer.catch(() => {});
    opened.set(file, answer);
    return answer;
  };
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
