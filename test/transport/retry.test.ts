import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/domain/outcome.ts';
import { err, ok, type Result } from '../../src/domain/result.ts';
import type { LoginTrouble } from '../../src/transport/login.ts';
import { retryDrops } from '../../src/transport/retry.ts';

const hungUp: Failure = { kind: 'connect', message: 'hung up', isTransient: true };
const drop = err({ failure: hungUp, isDrop: true });
const wrongKey = err({ failure: { kind: 'auth', message: 'no' } as Failure, isDrop: false });

/** Plays the given answers, one per try, and counts. */
async function play(answers: readonly Result<string, LoginTrouble>[], random: number) {
  const waits: number[] = [];
  let tries = 0;
  const attempt = async () => {
    const answer = answers[tries];
    if (answer === undefined) throw new Error('tried too often');
    tries += 1;
    return answer;
  };
  const result = await retryDrops(attempt, { attempts: 7, random: () => random, sleep: async (ms) => waits.push(ms) });
  return { result, tries, waits };
}

describe('a server that hangs up', () => {
  it('is not tried again once it lets us in', async () => {
    expect(await play([drop, drop, ok('in')], 0)).toEqual({ result: ok('in'), tries: 3, waits: [25, 50] });
  });
  it('is not tried again after any other failure', async () => {
    expect(await play([drop, wrongKey], 0)).toMatchObject({ result: err({ kind: 'auth', message: 'no' }), tries: 2 });
  });
  it('is waited for longer each time, up to a limit, and given up at last', async () => {
    const { result, waits } = await play(Array(7).fill(drop), 1);
    expect(waits).toEqual([100, 200, 400, 800, 1600, 2000]);
    expect(result).toEqual(
      err({ ...hungUp, message: 'hung up (7 tries; MaxStartups in its sshd_config limits logins under way)' }),
    );
  });
});
