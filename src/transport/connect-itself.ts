import type { HostConnection } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, type Result } from '../domain/result.ts';
import type { Ssh2Way } from './choose-transport.ts';
import { gatherCredentials } from './credentials.ts';
import type { Deadlines } from './deadlines.ts';
import { prepareKeyCheck } from './host-key-check.ts';
import type { createJumpPool } from './jump-pool.ts';
import { inspectKey, type ReadKeyFile } from './key-file.ts';
import type { PinHostKey, readKnownHosts } from './known-hosts-file.ts';
import type { Unlock } from './locked-key.ts';
import { type ItselfConnection, type LoginTrouble, logIn } from './login.ts';
import { type RetryOptions, retryDrops } from './retry.ts';
import type { ConnectPart, UnknownKey } from './session.ts';
import { type HostSocket, openSocket, placeOf } from './socket.ts';

/** What mlbroute's own SSH needs beside the host. */
export type Means = {
  readonly homeDirectory: string;
  /** Pins unknown keys of hosts whose check is strict, too. */
  readonly acceptNew: boolean;
  /** Missing: nobody can be asked for a passphrase. */
  readonly unlock?: Unlock;
  readonly deadlines: Deadlines;
  readonly retries: RetryOptions;
  readonly pinHostKey: PinHostKey;
  readonly readKnownHosts: typeof readKnownHosts;
  readonly readKeyFile: ReadKeyFile;
  /** Hears of each key that is refused because nobody knows it. */
  readonly onUnknownKey?: (shown: UnknownKey) => void;
  readonly openThrough: ReturnType<typeof createJumpPool>;
};

/** The deadlines of a host with a timeout of its own. */
export function deadlinesFor({ connectTimeoutMs }: HostConnection, given: Deadlines): Deadlines {
  return connectTimeoutMs === null ? given : { ...given, tcpMs: connectTimeoutMs, handshakeMs: connectTimeoutMs };
}

/** Connects with mlbroute's own SSH and logs in. `onPart` hears of each part once it is done. */
export async function connectItself(
  way: Ssh2Way,
  means: Means,
  onPart: (part: ConnectPart) => void,
): Promise<Result<ItselfConnection, Failure>> {
  const { configured, agentSocket, jump } = way;
  const { host, algorithms } = configured;
  const deadlines = deadlinesFor(host, means.deadlines);
  const { homeDirectory, readKeyFile, unlock = null } = means;
  const keyring = { homeDirectory, agentSocket, inspectKey, readKeyFile, unlock };
  const credentials = await gatherCredentials(host, keyring);
  if (credentials.offers.length === 0) {
    return err({
      kind: 'auth',
      message: `nothing to log in with as ${host.user}: ${credentials.leftOut.join('; ')}: -k asks for a password, and mlbroute bootstrap -k brings a key of yours to new hosts`,
    });
  }
  const keyCheck = await prepareKeyCheck(configured, means);
  if (!keyCheck.ok) return keyCheck;

  const open = (): Promise<Result<HostSocket, Failure>> => {
    if (jump === null) return openSocket(host, deadlines.tcpMs, () => onPart('name'));
    return means.openThrough({
      jump: placeOf(jump.configured.host),
      // All but the name, which is that of the host behind it.
      key: JSON.stringify(jump, (key, value) => (key === 'name' ? undefined : value)),
      connect: () => connectItself(jump, means, () => {}),
      target: host,
      deadlineMs: deadlines.tcpMs,
    });
  };
  const attempt = async (): Promise<Result<ItselfConnection, LoginTrouble>> => {
    const socket = await open();
    if (!socket.ok) return err({ failure: socket.error, isDrop: false });
    onPart('socket');
    return logIn({
      socket: socket.value,
      place: placeOf(host),
      user: host.user,
      ...credentials,
      algorithms: { ...algorithms, serverHostKey: keyCheck.value.hostKeyAlgorithms },
      judgeKey: keyCheck.value.judgeKey,
      deadlines,
      onPart,
    });
  };
  return retryDrops(attempt, means.retries);
}
