import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DelayedLink, startDelayedLink } from '../../bench/latency/delayed-link.ts';
import { push } from '../../src/commands/push.ts';
import { type Fleet, markNetwork, startFleet } from './fleet.ts';

/*
 * How often a host far away is waited for. Counted, not timed: each packet carries the number of round trips before it. A machine that is slow in
 * this moment can only make them more, so the best of some tries counts.
 */

let fleet: Fleet;
beforeAll(() => {
  fleet = startFleet(1);
});
afterAll(() => fleet?.stop());

/** A new connection to the host's sshd. */
function open(): Duplex {
  const { hosts } = JSON.parse(readFileSync(fleet.inventory, 'utf8')).all;
  const [, command = ''] = /ProxyCommand=([^"]*)/.exec(hosts.n1.ansible_ssh_common_args) ?? [];
  const [program = '', ...words] = command.split(' ');
  const sshd = spawn(program, words, { stdio: ['pipe', 'pipe', 'ignore'] });
  sshd.stdin.on('error', () => {});
  return Duplex.from({ writable: sshd.stdin, readable: sshd.stdout });
}

async function bareSsh(link: DelayedLink): Promise<void> {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=yes', 'LogLevel=ERROR'];
  const flags = ['-F', 'none', '-i', join(fleet.directory, 'id'), ...options.flatMap((each) => ['-o', each])];
  const ssh: ChildProcess = spawn('ssh', [...flags, '-p', String(link.port), 'root@127.0.0.1', 'true']);
  expect(await new Promise((resolve) => ssh.once('exit', resolve))).toBe(0);
}

/** Does a thing until it took no more round trips than that, three times at most; gives the fewest. */
async function fewest(atMost: number, link: DelayedLink, work: (attempt: number) => Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && best > atMost; attempt += 1) {
    const before = link.roundTrips();
    await work(attempt);
    best = Math.min(best, link.roundTrips() - before);
  }
  return best;
}

describe('a push over a long way', () => {
  it('waits for a host less often than ssh would', { timeout: 180_000 }, async () => {
    const link = await startDelayedLink(open, 60);
    try {
      const { vars } = JSON.parse(readFileSync(fleet.inventory, 'utf8')).all;
      const inventory = join(fleet.directory, 'far.json');
      const args = `-F none -o UserKnownHostsFile=${join(fleet.directory, 'known_hosts')}`;
      const n1 = { ansible_host: '127.0.0.1', ansible_port: link.port, ansible_ssh_args: args };
      const pushOnce = async (pool: number) => {
        const networks = [{ ...markNetwork, pools: [`1.2.3.${pool * 64}/26`] }];
        writeFileSync(inventory, JSON.stringify({ all: { vars: { ...vars, networks }, hosts: { n1 } } }));
        const { exitCode, stderr } = await fleet.run(push, fleet.pushOptions({ inventory: [inventory] }));
        expect(exitCode, stderr).toBe(0);
      };
      // `ssh host true` opens a channel and asks for a command, after its login.
      const login = (await fewest(9, link, () => bareSsh(link))) - 2;
      expect(login).toBe(7);
      let pool = 0;
      const changing = await fewest(16, link, (attempt) => {
        pool = attempt;
        return pushOnce(pool);
      });
      const unchanged = await fewest(7, link, () => pushOnce(pool));
      // Four for a login, a channel, a command, its input; then the change; all but that once more, and the confirmation.
      expect({ unchanged, changing }).toEqual({ unchanged: 7, changing: 16 });
      expect(unchanged).toBeLessThanOrEqual(login + 2);
      expect(changing).toBeLessThanOrEqual(2 * (login + 2) + 1);
    } finally {
      link.stop();
    }
  });
});
