import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import type { HostConnection } from '../domain/host.ts';
import { inHome, keyFilesOf } from './credentials.ts';

/** Where keys are. */
export type Keys = {
  readonly homeDirectory: string;
  /** The types of the keys an agent holds; none where there is no agent. */
  readonly agentKeyTypes: () => Promise<readonly string[]>;
};

/** Why the keys of a host are beyond mlbroute's own SSH: certificates, and keys that live in a token. Null where they are not. */
export async function keysBeyond(host: HostConnection, { homeDirectory, agentKeyTypes }: Keys): Promise<string | null> {
  const files = keyFilesOf(host).map((file) => inHome(file, homeDirectory));
  for (const file of files) {
    if (await isThere(`${file}-cert.pub`)) return `the key ${file} has a certificate`;
    if (await isTokenKey(file)) return `the key ${file} lives in a security token`;
  }
  if (host.identitiesOnly) return null;
  const held = await agentKeyTypes();
  if (held.some((type) => type.includes('-cert-v01@'))) return 'the agent holds a certificate';
  // Beside other keys such a key is not what one wants: each login would wait for a touch.
  const isAlone = held.length > 0 && held.every((type) => type.startsWith('sk-'));
  return isAlone && host.password === null ? 'the keys of the agent live in security tokens' : null;
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Both halves of such a key begin with a type of the form sk-…, the public one in clear even where the private one is encrypted. */
async function isTokenKey(file: string): Promise<boolean> {
  // A key that cannot be read is told of where it is to be used.
  const text = await readFile(file, 'latin1').catch(() => '');
  if (text.startsWith('sk-')) return true;
  const [, body] = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text) ?? [];
  return body !== undefined && /^.{0,200}sk-(?:ssh|ecdsa)-/s.test(Buffer.from(body, 'base64').toString('latin1'));
}

/** The public keys that an agent holds, as lines of authorized_keys; none where it does not answer. ssh2 leaves certificates and token keys out without a word. */
export function agentKeys(socket: string): Promise<readonly string[]> {
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  return new Promise((resolve) => {
    execFile('ssh-add', ['-L'], { env, timeout: 5000 }, (error, stdout) =>
      resolve(error === null ? stdout.split('\n').filter((line) => /^\S+ \S/.test(line)) : []),
    );
  });
}
