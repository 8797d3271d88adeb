import { randomBytes } from 'node:crypto';
import { homedir, hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from '../deploy/apply.ts';
import type { Surroundings } from '../deploy/deployment.ts';
import type { HostEvent } from '../domain/outcome.ts';
import { createConnect } from '../transport/connect.ts';
import type { Io } from './io.ts';
import { loadNodePrograms } from './node-programs.ts';

/** The real outside world of a run. */
export async function realSurroundings(
  io: Io,
  acceptNew: boolean,
  emit: (event: HostEvent) => void,
): Promise<Surroundings> {
  return {
    connect: createConnect({ homeDirectory: homedir(), agentSocket: io.env.SSH_AUTH_SOCK ?? null, acceptNew }),
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
