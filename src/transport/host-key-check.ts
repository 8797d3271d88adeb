import { join } from 'node:path';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { ConfiguredHost } from './configured-host.ts';
import { inHome } from './credentials.ts';
import { errorText } from './error-code.ts';
import { explainHostKey, hostKeyAlgorithms } from './host-key.ts';
import { judgeHostKey, type KnownHost, keptBy } from './known-hosts.ts';
import type { PinHostKey, readKnownHosts } from './known-hosts-file.ts';
import type { UnknownKey } from './session.ts';

/** Where keys are known and kept. */
export type KeyCheckOptions = {
  readonly homeDirectory: string;
  readonly acceptNew: boolean;
  readonly pinHostKey: PinHostKey;
  readonly readKnownHosts: typeof readKnownHosts;
  /** Hears of each key that is refused because nobody knows it. */
  readonly onUnknownKey?: (shown: UnknownKey) => void;
};

/** What to ask a host for, and how to judge what it shows. */
export type KeyCheck = {
  readonly hostKeyAlgorithms: readonly string[];
  readonly judgeKey: (key: Buffer) => Promise<Failure | null>;
};

/** Reads what is known about a host's key, and says how to judge the one it will show. */
export async function prepareKeyCheck(
  { host, hostKeyAlias, algorithms }: ConfiguredHost,
  options: KeyCheckOptions,
): Promise<Result<KeyCheck, Failure>> {
  const ownFile = join(options.homeDirectory, '.ssh', 'known_hosts');
  const files = (host.knownHostsFiles ?? [ownFile, '/etc/ssh/ssh_known_hosts']).map((file) =>
    inHome(file, options.homeDirectory),
  );
  let lines: readonly KnownHost[];
  try {
    lines = await options.readKnownHosts(files);
  } catch (error) {
    return err({ kind: 'host-key', message: `known hosts cannot be read: ${errorText(error)}` });
  }
  const pinFile = files[0] ?? ownFile;
  const pinsNew = host.hostKeyChecking === 'accept-new' || (host.hostKeyChecking === 'strict' && options.acceptNew);
  const named = keptBy(host, hostKeyAlias);
  const judgeKey = async (key: Buffer): Promise<Failure | null> => {
    if (host.hostKeyChecking === 'off') return null;
    const verdict = judgeHostKey(lines, named, key);
    const isNew = verdict.kind === 'unknown' && pinsNew;
    if (verdict.kind === 'unknown' && !isNew) options.onUnknownKey?.({ ...named, host: host.name, key, file: pinFile });
    return explainHostKey(isNew ? await options.pinHostKey(pinFile, named, key) : verdict, { ...named, key, pinFile });
  };
  const ordered = hostKeyAlgorithms(lines, named.address, named.port);
  return ok({ hostKeyAlgorithms: ordered.filter((name) => algorithms.hostKey.includes(name)), judgeKey });
}
