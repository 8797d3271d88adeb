import { createPrivateKey, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { errorCode, errorText } from './error-code.ts';

// Of its exports, Node.js sees only some by name: it is CommonJS and gathers them at run time.
const { utils } = ssh2;

/** Reads a file of a key. Where there is none to read: half a sentence, `no such file` where there is no file. */
export type ReadKeyFile = (file: string) => Promise<Buffer | string>;

/** Makes a reader that reads each file once, for however many hosts: the same file is the same buffer each time. */
export function createKeyFileReader(): ReadKeyFile {
  const read = new Map<string, Promise<Buffer | string>>();
  return (file) => {
    const there = read.get(file) ?? readKeyFile(file);
    read.set(file, there);
    return there;
  };
}

const readKeyFile: ReadKeyFile = async (file) => {
  try {
    return await readFile(file);
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'no such file' : errorText(error);
  }
};

/** Tells what a key file holds. */
export type InspectKey = (data: Buffer) => 'private' | 'public' | 'encrypted' | 'unreadable';

/** As ssh2 reads it. */
export const inspectKey: InspectKey = (data) => {
  const key = parse(data);
  if (key instanceof Error) return /passphrase/i.test(key.message) ? 'encrypted' : 'unreadable';
  return key.isPrivateKey() ? 'private' : 'public';
};

/** The public half of a private key that is not encrypted, as a line of authorized_keys. Throws for what is no such key. */
export function publicLine(data: Buffer): string {
  const key = parsedKey(data);
  return [key.type, key.getPublicSSH().toString('base64'), key.comment].filter((word) => word !== '').join(' ');
}

/** A key that is not encrypted, ready to sign. Throws for what is no such key. */
export function parsedKey(data: Buffer): ParsedKey {
  const key = parse(data);
  if (key instanceof Error) throw new Error(`a key that was taken for a private one: ${key.message}`);
  return key;
}

/** By the buffer a key was read into, and gone with it. */
const parsed = new WeakMap<Buffer, ParsedKey | Error>();

function parse(data: Buffer): ParsedKey | Error {
  const there = parsed.get(data);
  if (there !== undefined) return there;
  const key = utils.parseKey(data);
  if (!(key instanceof Error) && key.isPrivateKey()) signQuickly(key);
  parsed.set(data, key);
  return key;
}

/** The hash of a signature by each type of key, where the protocol does not say one. */
const hashes: { readonly [type: string]: string | null } = {
  'ssh-ed25519': null,
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
};

/** Ssh2 has OpenSSL read the text of the key anew for each signature, which takes ten times as long as the signature. */
function signQuickly(key: ParsedKey): void {
  const secret = createPrivateKey(key.getPrivatePEM());
  const signSlowly = key.sign.bind(key);
  key.sign = (data, hash) => {
    const algorithm = hash ?? hashes[key.type];
    return algorithm === undefined ? signSlowly(data, hash) : sign(algorithm, Buffer.from(data), secret);
  };
}
