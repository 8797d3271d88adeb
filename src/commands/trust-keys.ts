import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import type { HostName } from '../domain/host.ts';
import { describeFailure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { count } from '../report/count.ts';
import { groupBy } from '../report/group.ts';
import { formatHostKeys } from '../report/host-keys-text.ts';
import { errorText } from '../transport/error-code.ts';
import { explainHostKey, fingerprint } from '../transport/host-key.ts';
import {
  type HostKeyVerdict,
  judgeHostKey,
  type KnownHost,
  keyTypeOf,
  knownHostName,
} from '../transport/known-hosts.ts';
import { createPinner, readKnownHosts } from '../transport/known-hosts-file.ts';
import type { UnknownKey } from '../transport/session.ts';
import type { Io } from './io.ts';

/** What became of the key of a host, or of a jump host before it. */
type Verdict = { readonly isTrusted: true } | { readonly isTrusted: false; readonly why: string };

/** Reads a file of host keys, in the form of known_hosts, from wherever the user trusts it to be right. */
export async function readHostKeys(file: string): Promise<Result<readonly KnownHost[], readonly Diagnostic[]>> {
  let lines: readonly KnownHost[];
  try {
    lines = await readKnownHosts([file]);
  } catch (error) {
    return err([unplacedError('host-keys', `host keys cannot be read: ${errorText(error)}`, null)]);
  }
  if (lines.length > 0) return ok(lines);
  const hint = 'lines as those of known_hosts are meant: NAME TYPE KEY; ssh-keyscan prints them';
  return err([unplacedError('host-keys', `${file} has no host key, or is not there`, hint)]);
}

/**
 * Pins keys that nobody knew: those that `trusted` has, or, where there is no such list, those that a person agrees to. Gives a verdict for each
 * host; none where nobody can be asked.
 */
export async function trustKeys(
  shown: readonly UnknownKey[],
  { trusted, mayAsk }: { readonly trusted: readonly KnownHost[] | null; readonly mayAsk: boolean },
  io: Io,
): Promise<ReadonlyMap<HostName, Verdict>> {
  if (shown.length === 0 || (trusted === null && !mayAsk)) return new Map();
  // Many hosts may be behind one jump host.
  const keys = groupBy(shown, ({ file, address, port, key }) => `${file} ${address} ${port} ${key.toString('base64')}`);
  const against = trusted === null ? await askForAll(keys, io) : (key: UnknownKey) => reasonAgainst(key, trusted);
  const pin = createPinner();
  const verdicts = new Map<HostName, Verdict>();
  const pinned: string[] = [];
  for (const group of keys) {
    const [first] = group;
    const why = against(first) ?? troubleOf(await pin(first.file, first, first.key), first);
    if (why === null) pinned.push(first.file);
    for (const { host } of group) verdicts.set(host, why === null ? { isTrusted: true } : { isTrusted: false, why });
  }
  if (pinned.length > 0)
    io.stderr(`${count(pinned.length, 'host key')} written to ${[...new Set(pinned)].join(', ')}\n`);
  return verdicts;
}

function reasonAgainst(shown: UnknownKey, trusted: readonly KnownHost[]): string | null {
  const verdict = judgeHostKey(trusted, shown, shown.key);
  if (verdict.kind === 'known') return null;
  const name = knownHostName(shown.address, shown.port);
  const key = `${keyTypeOf(shown.key) ?? 'an unreadable key'} ${fingerprint(shown.key)}`;
  const other = { unknown: 'has none for it', changed: 'HAS ANOTHER', revoked: 'HAS IT AS REVOKED' }[verdict.kind];
  return `${name} shows ${key}, and the file of --host-keys ${other}`;
}

function troubleOf(verdict: HostKeyVerdict, shown: UnknownKey): string | null {
  const failure = explainHostKey(verdict, { ...shown, pinFile: shown.file });
  return failure === null ? null : describeFailure(failure);
}

/** Shows the keys and asks whether they are right, once. */
async function askForAll(keys: readonly (readonly [UnknownKey, ...UnknownKey[]])[], io: Io) {
  const rows = keys.map(([{ address, port, key }]) => ({
    name: knownHostName(address, port),
    type: keyTypeOf(key) ?? 'unreadable',
    fingerprint: fingerprint(key),
  }));
  io.stderr(formatHostKeys(rows, { color: io.color }));
  const isAgreed = await io.confirm(keys.length === 1 ? 'Trust this key?' : `Trust these ${keys.length} keys?`);
  return ({ address, port }: UnknownKey) =>
    isAgreed ? null : `nobody agreed to the key of ${knownHostName(address, port)}`;
}
