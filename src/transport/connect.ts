import { randomBytes } from 'node:crypto';
import { setTimeout as sleepMs } from 'node:timers/promises';
import type { HostConnection } from '../domain/host.ts';
import { ok } from '../domain/result.ts';
import { createChooser } from './choose-transport.ts';
import { connectItself, deadlinesFor } from './connect-itself.ts';
import { type Deadlines, defaultDeadlines, within } from './deadlines.ts';
import { createJumpPool } from './jump-pool.ts';
import { createKeyFileReader } from './key-file.ts';
import { createKnownHostsReader, createPinner } from './known-hosts-file.ts';
import type { Unlock } from './locked-key.ts';
import type { Connection } from './login.ts';
import { logInWithOpenssh } from './openssh.ts';
import { keysShownToOpenssh } from './openssh-host-key.ts';
import { retryDrops } from './retry.ts';
import { createRun } from './run.ts';
import type { Connect, Session, UnknownKey } from './session.ts';

/** What connecting needs from its surroundings. */
export type ConnectOptions = {
  /** Stands for `~` in paths. */
  readonly homeDirectory: string;
  /** The path of the agent's socket (`SSH_AUTH_SOCK`); null where there is no agent. */
  readonly agentSocket: string | null;
  /** Pins unknown keys of hosts whose check is strict, too. Changed keys are refused all the same. */
  readonly acceptNew: boolean;
  /** Hears of each key that is refused because nobody knows it. */
  readonly onUnknownKey?: (shown: UnknownKey) => void;
  /** Opens encrypted keys; missing: only an agent can. */
  readonly unlock?: Unlock;
  readonly deadlines?: Partial<Deadlines>;
  /** How often a host is tried that hangs up before it speaks (MaxStartups). */
  readonly attempts?: number;
  /** Gives 0 ≤ x < 1; spreads the tries of many connections. */
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<unknown>;
};

/** How long a host may take to say goodbye. */
const goodbyeMs = 1000;

/**
 * Makes the function that opens SSH connections. Each call opens a new one, and none to a host is shared or kept; those to jump
 * hosts are shared.
 */
export function createConnect(options: ConnectOptions): Connect {
  const random = options.random ?? Math.random;
  const sleep = options.sleep ?? sleepMs;
  const pinHostKey = createPinner();
  const readKnownHosts = createKnownHostsReader();
  const readKeyFile = createKeyFileReader();
  const choose = createChooser(options);
  const openThrough = createJumpPool();
  return async (host, onPart = () => {}) => {
    const given = { ...defaultDeadlines, ...options.deadlines };
    const way = await choose(host, given.tcpMs);
    if (!way.ok) return way;
    const retries = { attempts: options.attempts ?? 10, random, sleep };
    if (way.value.kind === 'openssh') {
      const deadlines = deadlinesFor(host, given);
      const login = {
        host,
        because: way.value.because,
        acceptNew: options.acceptNew,
        unlock: options.unlock ?? null,
        deadlines,
      };
      const held = await retryDrops(() => logInWithOpenssh(login), retries);
      if (!held.ok) {
        if (options.onUnknownKey !== undefined && held.error.kind === 'host-key')
          for (const shown of await keysShownToOpenssh(host, { ...options, deadlines })) options.onUnknownKey(shown);
        return held;
      }
      // What ssh did before that is its own affair.
      onPart('login');
      return ok(sessionOver(held.value, host, deadlines));
    }
    const means = { ...options, deadlines: given, retries, pinHostKey, readKnownHosts, readKeyFile, openThrough };
    const connection = await connectItself(way.value, means, onPart);
    const reached = way.value.configured.host;
    return connection.ok ? ok(sessionOver(connection.value, reached, deadlinesFor(reached, given))) : connection;
  };
}

function sessionOver(connection: Connection, host: HostConnection, deadlines: Deadlines): Session {
  const runner = { host, deadlines, makeToken: () => randomBytes(16).toString('hex') };
  return {
    run: createRun(connection, runner),
    close: async () => {
      connection.end();
      await within(goodbyeMs, connection.gone, connection.destroy);
      await connection.gone;
    },
  };
}
