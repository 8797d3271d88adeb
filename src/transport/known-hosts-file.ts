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

/** Reads known_hosts files in order; one that does not exist has no lines. Rejects where one cannot be read. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHost[]> {
  const all = await Promise.all(files.map(async (file) => parseKnownHosts(await readIfThere(file), file)));
  return all.flat();
}

/**
 * Pins a host's first key: appends it to `file` (created with mode 0600 in a folder of mode 0700). The file is read again under a lock, so when
 * several connections pin at once, one writes and the others see what it wrote: the verdict is `known`, or `changed` where another key won.
 */
export async function pinHostKey(
  file: string,
  host: { address: string; port: number },
  key: Buffer,
): Promise<HostKeyVerdict> {
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
}

async function locked<T>(lock: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close();
      break;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      await dropIfStale(lock);
      await sleep(5);
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
