import type { Failure } from '../domain/outcome.ts';
import { err, type Result } from '../domain/result.ts';
import type { ConfiguredHost } from './configured-host.ts';
import { gatherCredentials } from './credentials.ts';
import type { Deadlines } from './deadlines.ts';
import { prepareKeyCheck } from './host-key-check.ts';
import type { PinHostKey } from './known-hosts-file.ts';
import { type Connection, type LoginTrouble, logIn } from './login.ts';
import { type RetryOptions, retryDrops } from './retry.ts';
import { openSocket, placeOf } from './socket.ts';
import { inspectKey } from './ssh.ts';

/** What mlbroute's own SSH needs beside the host. */
export type Means = {
  readonly homeDirectory: string;
  readonly agentSocket: string | null;
  /** Pins unknown keys of hosts whose check is strict, too. */
  readonly acceptNew: boolean;
  readonly deadlines: Deadlines;
  readonly retries: RetryOptions;
  readonly pinHostKey: PinHostKey;
};

/** Connects with mlbroute's own SSH and logs in. */
export async function connectItself(configured: ConfiguredHost, means: Means): Promise<Result<Connection, Failure>> {
  const { host, algorithms } = configured;
  const { deadlines } = means;
  const keyring = { homeDirectory: means.homeDirectory, agentSocket: means.agentSocket, inspectKey };
  const credentials = await gatherCredentials(host, keyring);
  if (credentials.offers.length === 0) {
    return err({
      kind: 'auth',
      message: `nothing to log in with as ${host.user}: ${credentials.leftOut.join('; ')}`,
    });
  }
  const keyCheck = await prepareKeyCheck(configured, means);
  if (!keyCheck.ok) return keyCheck;

  const attempt = async (): Promise<Result<Connection, LoginTrouble>> => {
    const socket = await openSocket(host, deadlines.tcpMs);
    if (!socket.ok) return err({ failure: socket.error, isDrop: false });
    return logIn({
      socket: socket.value,
      place: placeOf(host),
      user: host.user,
      ...credentials,
      algorithms: { ...algorithms, serverHostKey: keyCheck.value.hostKeyAlgorithms },
      judgeKey: keyCheck.value.judgeKey,
      deadlines,
    });
  };
  return retryDrops(attempt, means.retries);
}
