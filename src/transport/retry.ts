import type { Failure } from '../domain/outcome.ts';
import { err, type Result } from '../domain/result.ts';
import type { LoginTrouble } from './login.ts';

/** How often to try, and how to wait between. */
export type RetryOptions = {
  readonly attempts: number;
  /** Gives 0 ≤ x < 1. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
};

const firstDelayMs = 100;
const longestDelayMs = 2000;

/**
 * Tries again where the server hung up before it spoke: an sshd with too many logins under way drops new ones at random, which says nothing
 * about the host. Each wait is random, so that connections dropped together do not come back together. All other failures are final.
 */
export async function retryDrops<T>(
  attempt: () => Promise<Result<T, LoginTrouble>>,
  { attempts, random, sleep }: RetryOptions,
): Promise<Result<T, Failure>> {
  for (let tried = 1; ; tried += 1) {
    const result = await attempt();
    if (result.ok) return result;
    const { failure, isDrop } = result.error;
    if (!isDrop) return err(failure);
    if (tried >= attempts) return err(withAttempts(failure, attempts));
    await sleep((0.25 + 0.75 * random()) * Math.min(longestDelayMs, firstDelayMs * 2 ** (tried - 1)));
  }
}

function withAttempts(failure: Failure, attempts: number): Failure {
  if (failure.kind !== 'connect' || attempts === 1) return failure;
  const message = `${failure.message} (${attempts} tries; MaxStartups in its sshd_config limits logins under way)`;
  return { ...failure, message };
}
