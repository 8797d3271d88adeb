import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyFileReader, inspectKey, parsedKey, publicLine } from '../../src/transport/key-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlbroute-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function makeKey(name: string, options: readonly string[]): string {
  const file = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-N', '', '-C', 'a comment', '-f', file, ...options]);
  return file;
}

describe('a key file', () => {
  const data = Buffer.from('what a login signs');
  it.each([
    ['Ed25519', ['-t', 'ed25519'], []],
    ['ECDSA of 256 bits', ['-t', 'ecdsa', '-b', '256'], []],
    ['ECDSA of 384 bits', ['-t', 'ecdsa', '-b', '384'], []],
    ['ECDSA of 521 bits', ['-t', 'ecdsa', '-b', '521'], []],
    ['ECDSA, in PEM', ['-t', 'ecdsa', '-m', 'PEM'], []],
    ['RSA', ['-t', 'rsa', '-b', '2048'], ['sha256', 'sha512', 'sha1']],
    ['RSA, in PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], ['sha256', 'sha512']],
  ] as const)('of %s signs what its public half takes, as often as it is asked', (name, options, hashes) => {
    const file = makeKey(name.replaceAll(' ', '-'), options);
    const key = parsedKey(readFileSync(file));
    for (const hash of hashes.length === 0 ? [undefined] : hashes) {
      for (const text of [data, Buffer.from('something else')]) {
        const signature: Buffer | Error = key.sign(text, hash);
        if (signature instanceof Error) throw signature;
        expect(key.verify(text, signature, hash)).toBe(true);
        expect(key.verify(Buffer.from('another text'), signature, hash)).toBe(false);
      }
    }
    // PEM has no place for the comment.
    const [type, blob] = readFileSync(`${file}.pub`, 'utf8').split(' ');
    expect(publicLine(readFileSync(file)).split(' ').slice(0, 2)).toEqual([type, blob]);
  });

  it('is told apart from a public one, one that is locked, and none at all', () => {
    const file = makeKey('told-apart', ['-t', 'ed25519']);
    const locked = join(folder, 'locked');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'a passphrase', '-f', locked]);
    expect(inspectKey(readFileSync(file))).toBe('private');
    expect(inspectKey(readFileSync(`${file}.pub`))).toBe('public');
    expect(inspectKey(readFileSync(locked))).toBe('encrypted');
    expect(inspectKey(Buffer.from('no key'))).toBe('unreadable');
  });

  it('is read and taken apart once for however many hosts', async () => {
    const file = makeKey('read-once', ['-t', 'ed25519']);
    const read = createKeyFileReader();
    const [first, second] = await Promise.all([read(file), read(file)]);
    writeFileSync(file, 'no key any more');
    const third = await read(file);
    if (!(first instanceof Buffer && third instanceof Buffer)) throw new Error('the file was not read');
    expect(second).toBe(first);
    expect(parsedKey(third)).toBe(parsedKey(first));
    expect(await read(join(folder, 'no-such'))).toBe('no such file');
  });
});
