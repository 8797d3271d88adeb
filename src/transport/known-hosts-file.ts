import { appendFile, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './error-code.ts';
import {
  type HostKeyVerdict,
  judgeHostKey,
  type KnownHost,
  keyTypeOf,
  knownHostName,
  parseKnownHosts,
} from './known-hosts.ts';

/** A lock this old was left by a process that died: holding it takes milliseconds. */
const staleLockMs = 10_000;
const lockPollMs = 10;

/** Reads known_hosts files in order; one that does not exist has no lines. Rejects where one cannot be read. */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHost[]> {
  const all = await Promise.all(files.map(async (file) => parseKnownHosts(await readIfThere(file), file)));
  return all.flat();
}

/** Makes a reader of the same that parses files again only where one of them has changed; equal answers are one list. */
export function createKnownHostsReader(): typeof readKnownHosts {
  const read = new Map<string, { readonly version: string; readonly lines: Promise<readonly KnownHost[]> }>();
  return async (files) => {
    const key = JSON.stringify(files);
    const version = JSON.stringify(await Promise.all(files.map(versionOf)));
    const there = read.get(key);
    if (there?.version === version) return there.lines;
    const lines = readKnownHosts(files);
    read.set(key, { version, lines });
    return lines;
  };
}

/** Another one where a file was written since. */
async function versionOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'not there';
    throw error;
  }
}

/** Pins a host's key to a file; gives the verdict after that. Rejects where the file cannot be read or written. */
export type PinHostKey = (
  file: string,
  host: { address: string; port: number },
  key: Buffer,
) => Promise<HostKeyVerdict>;

/**
 * Makes the function that pins hosts' first keys: it appends to the file (created with mode 0600 in a folder of mode 0700) after reading it again
 * under a lock. So when several connections pin at once, one writes and the others see what it wrote: the verdict is `known`, or `changed`
 * where another key won. Connections of this process queue here; the lock is for other processes.
 */
export function createPinner(): PinHostKey {
  let last: Promise<unknown> = Promise.resolve();
  return (file, host, key) => {
    const pinned = last.then(() => pin(file, host, key));
    // The next in the queue comes after this one, however it ends; its failure is its own caller's.
    last = pinned.then(
      () => {},
      () => {},
    );
    return pinned;
  };
}

const pin: PinHostKey = async (file, host, key) => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  return locked(`${file}.mlbroute-lock`, async () => {
    const text = await readIfThere(file);
    const verdict = judgeHostKey(parseKnownHosts(text, file), host, key);
    if (verdict.kind !== 'unknown') return verdict;
    const separator = text === '' || text.endsWith('\n') ? '' : '\n';
    const line = `${knownHostName(host.address, host.port)} ${keyTypeOf(key)} ${key.toString('base64')}\n`;
    // One write in append mode: ssh(1), which knows no lock, may append at the same time.
    await appendFile(file, `${separator}${line}`, { mode: 0o600 });
    return { kind: 'known' };
  });
};

async function locked<T>(lock: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close();
      break;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      await dropIfStale(lock);
      await sleep(lockPollMs);
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function dropIfStale(lock: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(lock);
    if (Date.now() - mtimeMs > staleLockMs) await rm(lock, { force: true });
  } catch (error) {
    // Gone between the two calls: its holder has ended.
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
