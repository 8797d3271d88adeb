import { join } from 'node:path';
import type { HostConnection, Secret } from '../domain/host.ts';
import type { InspectKey, ReadKeyFile } from './key-file.ts';
import { clearPublicHalf, type Signer, type Unlock } from './locked-key.ts';

/** One way to log in; `label` names it in messages. */
export type Credential =
  | { readonly kind: 'key-file'; readonly label: string; readonly data: Buffer }
  /** `publicKey`: a line of authorized_keys. `unlock` is called only once the host has said that it takes the key. */
  | {
      readonly kind: 'locked-key';
      readonly label: string;
      readonly publicKey: string;
      readonly unlock: () => Promise<Signer | string>;
    }
  /** `only`: a public key file; the agent may sign with that key alone. */
  | { readonly kind: 'agent'; readonly label: string; readonly socket: string; readonly only: Buffer | null }
  | { readonly kind: 'password'; readonly label: string; readonly password: Secret };

/** What there is to try, in order, and why other things were left out. */
export type Credentials = { readonly offers: readonly Credential[]; readonly leftOut: readonly string[] };

/** What a user's ssh has on this machine. */
export type Keyring = {
  readonly homeDirectory: string;
  readonly agentSocket: string | null;
  readonly inspectKey: InspectKey;
  readonly readKeyFile: ReadKeyFile;
  /** Null: nobody can be asked for a passphrase. */
  readonly unlock: Unlock | null;
};

/** Tried where the inventory names no key. RSA comes last, as in ssh(1). */
const defaultKeyNames = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/**
 * Gathers what can be tried on a host: key files first, so that the chosen key is not buried under an agent's (a server hangs up after six);
 * then the agent's other keys unless `identitiesOnly`; the password last. An encrypted or a public key file is a wish for the agent to
 * sign with just that key.
 */
export async function gatherCredentials(host: HostConnection, keyring: Keyring): Promise<Credentials> {
  const offers: Credential[] = [];
  const leftOut: string[] = [];
  const isDefault = host.privateKeyFiles.length === 0;
  for (const file of keyFilesOf(host).map((path) => inHome(path, keyring.homeDirectory))) {
    const data = await keyring.readKeyFile(file);
    if (!(data instanceof Buffer)) {
      if (!(isDefault && data === 'no such file')) leftOut.push(`key ${file}: ${data}`);
      continue;
    }
    const offered = await offerKey(file, data, keyring);
    if (typeof offered === 'string') leftOut.push(`key ${file}: ${offered}`);
    else offers.push(...offered);
  }
  if (isDefault && !offers.some(({ kind }) => kind === 'key-file' || kind === 'locked-key') && leftOut.length === 0)
    leftOut.push(`no key in ~/.ssh (${defaultKeyNames.join(', ')})`);
  if (!host.identitiesOnly) {
    if (keyring.agentSocket === null) leftOut.push('no agent (SSH_AUTH_SOCK is not set)');
    else offers.push({ kind: 'agent', label: 'agent', socket: keyring.agentSocket, only: null });
  }
  if (host.password === null) leftOut.push('no password set');
  else offers.push({ kind: 'password', label: 'password', password: host.password });
  return { offers, leftOut };
}

/** The key files to try, `~` in front of some. */
export function keyFilesOf({ privateKeyFiles }: HostConnection): readonly string[] {
  return privateKeyFiles.length === 0 ? defaultKeyNames.map((name) => join('~/.ssh', name)) : privateKeyFiles;
}

/** `~/x` under a home directory; any other path as it is. */
export function inHome(path: string, homeDirectory: string): string {
  return path.startsWith('~/') ? join(homeDirectory, path.slice(2)) : path;
}

async function offerKey(
  file: string,
  data: Buffer,
  { agentSocket, inspectKey, readKeyFile, unlock }: Keyring,
): Promise<readonly Credential[] | string> {
  const kind = inspectKey(data);
  if (kind === 'private') return [{ kind: 'key-file', label: `key ${file}`, data }];
  if (kind === 'unreadable') return 'neither a private nor a public key that mlbroute can read';
  const advice = `add it to an agent with \`ssh-add ${file.replace(/\.pub$/, '')}\``;
  const problem = kind === 'encrypted' ? 'is encrypted' : 'is a public key';
  const beside = kind === 'public' ? data : await readKeyFile(`${file}.pub`);
  const locked = kind === 'encrypted' && unlock !== null ? lockedKey(file, { data, beside, unlock }) : [];
  if (agentSocket !== null && beside instanceof Buffer) {
    const label = `key ${file} (${problem}) through the agent`;
    return [{ kind: 'agent', label, socket: agentSocket, only: beside }, ...locked];
  }
  if (locked.length > 0) return locked;
  if (agentSocket === null) return `${problem} and there is no agent to sign with it: ${advice}`;
  return `${problem}, and ${file}.pub, which would tell the agent's key: ${beside}`;
}

/** What to try where the agent does not have it: the passphrase. A host is asked about the public half first. */
function lockedKey(
  file: string,
  key: { readonly data: Buffer; readonly beside: Buffer | string; readonly unlock: Unlock },
): readonly Credential[] {
  const { data, beside, unlock } = key;
  const publicKey = clearPublicHalf(data) ?? (beside instanceof Buffer ? beside.toString('utf8').trim() : null);
  if (publicKey === null) return [];
  return [{ kind: 'locked-key', label: `key ${file}`, publicKey, unlock: () => unlock.signerOf(file, data) }];
}
