import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleepMs } from 'node:timers/promises';
import type { HostConnection } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { gatherCredentials, inHome } from './credentials.ts';
import { type Deadlines, defaultDeadlines, within } from './deadlines.ts';
import { errorText } from './error-code.ts';
import { explainHostKey, hostKeyAlgorithms } from './host-key.ts';
import { judgeHostKey, type KnownHost } from './known-hosts.ts';
import { createPinner, type PinHostKey, readKnownHosts } from './known-hosts-file.ts';
import { type Connection, type LoginTrouble, logIn } from './login.ts';
import { logInWithOpenssh } from './openssh.ts';
import { retryDrops } from './retry.ts';
import { runProgram } from './run.ts';
import type { Connect, Session } from './session.ts';
import { openSocket, placeOf } from './socket.ts';
import { inspectKey } from './ssh.ts';

/** What connecting needs from its surroundings. */
export type ConnectOptions = {
  /** Stands for `~` in paths. */
  readonly homeDirectory: string;
  /** The path of the agent's socket (`SSH_AUTH_SOCK`); null where there is no agent. */
  readonly agentSocket: string | null;
  /** Pins unknown keys of hosts whose check is strict, too. Changed keys are refused all the same. */
  readonly acceptNew: boolean;
  readonly deadlines?: Partial<Deadlines>;
  /** How often a host is tried that hangs up before it speaks (MaxStartups). */
  readonly attempts?: number;
  /** Gives 0 ≤ x < 1; spreads the tries of many connections. */
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<unknown>;
};

/** How long a host may take to say goodbye. */
const goodbyeMs = 1000;

/** Makes the function that opens SSH connections. Each call opens a new one; none is shared or kept. */
export function createConnect(options: ConnectOptions): Connect {
  const random = options.random ?? Math.random;
  const sleep = options.sleep ?? sleepMs;
  const pinHostKey = createPinner();
  return async (host) => {
    const given = { ...defaultDeadlines, ...options.deadlines };
    const { connectTimeoutMs } = host;
    const deadlines =
      connectTimeoutMs === null ? given : { ...given, tcpMs: connectTimeoutMs, handshakeMs: connectTimeoutMs };

    const { openssh } = host;
    if (openssh !== null) {
      const { acceptNew } = options;
      const login = { host, arguments: openssh.arguments, acceptNew, deadlines };
      const held = await retryDrops(() => logInWithOpenssh(login), { attempts: options.attempts ?? 10, random, sleep });
      return held.ok ? ok(sessionOver(held.value, host, deadlines)) : held;
    }
    const keyring = { homeDirectory: options.homeDirectory, agentSocket: options.agentSocket, inspectKey };
    const credentials = await gatherCredentials(host, keyring);
    if (credentials.offers.length === 0) {
      return err({
        kind: 'auth',
        message: `nothing to log in with as ${host.user}: ${credentials.leftOut.join('; ')}`,
      });
    }
    const keyCheck = await prepareKeyCheck(host, options, pinHostKey);
    if (!keyCheck.ok) return keyCheck;

    const attempt = async (): Promise<Result<Connection, LoginTrouble>> => {
      const socket = await openSocket(host, deadlines.tcpMs);
      if (!socket.ok) return err({ failure: socket.error, isDrop: false });
      return logIn({
        socket: socket.value,
        place: placeOf(host),
        user: host.user,
        ...credentials,
        ...keyCheck.value,
        deadlines,
      });
    };
    const connection = await retryDrops(attempt, { attempts: options.attempts ?? 10, random, sleep });
    return connection.ok ? ok(sessionOver(connection.value, host, deadlines)) : connection;
  };
}

function sessionOver(connection: Connection, host: HostConnection, deadlines: Deadlines): Session {
  const runner = { host, deadlines, makeToken: () => randomBytes(16).toString('hex') };
  return {
    run: (request) => runProgram(connection, request, runner),
    close: async () => {
      connection.end();
      await within(goodbyeMs, connection.gone, connection.destroy);
      await connection.gone;
    },
  };
}

type KeyCheck = {
  readonly hostKeyAlgorithms: readonly string[];
  readonly judgeKey: (key: Buffer) => Promise<Failure | null>;
};

/** Reads what is known about a host's key, and says how to judge the one it will show. */
async function prepareKeyCheck(
  host: HostConnection,
  options: ConnectOptions,
  pinHostKey: PinHostKey,
): Promise<Result<KeyCheck, Failure>> {
  const ownFile = join(options.homeDirectory, '.ssh', 'known_hosts');
  const files = (host.knownHostsFiles ?? [ownFile, '/etc/ssh/ssh_known_hosts']).map((file) =>
    inHome(file, options.homeDirectory),
  );
  let lines: readonly KnownHost[];
  try {
    lines = await readKnownHosts(files);
  } catch (error) {
    return err({ kind: 'host-key', message: `known hosts cannot be read: ${errorText(error)}` });
  }
  const pinFile = files[0] ?? ownFile;
  const pinsNew = host.hostKeyChecking === 'accept-new' || (host.hostKeyChecking === 'strict' && options.acceptNew);
  const judgeKey = async (key: Buffer): Promise<Failure | null> => {
    if (host.hostKeyChecking === 'off') return null;
    const verdict = judgeHostKey(lines, host, key);
    const isNew = verdict.kind === 'unknown' && pinsNew;
    return explainHostKey(isNew ? await pinHostKey(pinFile, host, key) : verdict, { ...host, key, pinFile });
  };
  return ok({ hostKeyAlgorithms: hostKeyAlgorithms(lines, host.address, host.port), judgeKey });
}
