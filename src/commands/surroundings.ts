import { randomBytes } from 'node:crypto';
import { homedir, hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from '../deploy/apply.ts';
import type { Surroundings } from '../deploy/deployment.ts';
import { type Secret, secret } from '../domain/host.ts';
import type { HostEvent } from '../domain/outcome.ts';
import { openKey } from '../transport/agents.ts';
import { opensForSsh } from '../transport/askpass.ts';
import { type ConnectOptions, createConnect } from '../transport/connect.ts';
import { createUnlock, type Locksmith, type Unlock } from '../transport/locked-key.ts';
import type { Io } from './io.ts';
import { loadNodePrograms } from './node-programs.ts';

/** How hosts are reached from here: by the keys of the user, of whom an encrypted one is opened where somebody can be asked. */
export function connectOptions(io: Io, acceptNew: boolean): ConnectOptions {
  const keyring = { homeDirectory: homedir(), agentSocket: io.env.SSH_AUTH_SOCK ?? null, acceptNew };
  if (!io.isInputTty) return keyring;
  const unlock = unlocks.get(io) ?? createUnlock(async (question) => secretOf(await io.askSecret(question)), locksmith);
  unlocks.set(io, unlock);
  return { ...keyring, unlock };
}

const locksmith: Locksmith = { open: openKey, opensForSsh };

// A command may connect more than once, and asks once all the same.
const unlocks = new WeakMap<Io, Unlock>();

function secretOf(typed: string | null): Secret | null {
  return typed === null ? null : secret(typed);
}

/** The real outside world of a run. */
export async function realSurroundings(
  io: Io,
  acceptNew: boolean,
  emit: (event: HostEvent) => void,
): Promise<Surroundings> {
  return {
    connect: createConnect(connectOptions(io, acceptNew)),
    programs: await loadNodePrograms(),
    randomWord: () => randomBytes(12).toString('hex'),
    sleep: async (ms) => void (await sleep(ms)),
    now: () => performance.now(),
    emit,
  };
}

/** A transaction for this run on one host; its id sorts by time. */
export function newTransaction(confirmWithinS: number): Transaction {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+Z/g, '');
  return {
    id: `${time}-${randomBytes(4).toString('hex')}`,
    owner: `${userInfo().username}@${hostname()} since ${time}Z`,
    confirmWithinS,
  };
}
