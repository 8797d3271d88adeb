import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildProgram, type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
beforeAll(() => buildProgram(), 120_000);
beforeEach(() => {
  fleet = startFleet(3);
});
afterEach(() => fleet.stop());

/** Makes each new rule take a second and a half on every host, so that there is time to interrupt. */
const slowDown = () => {
  for (const name of ['n1', 'n2', 'n3'])
    fleet
      .host(name)
      .sh(
        `printf '#!/bin/sh\\ncase "$*" in *"rule add"*) sleep 1.5;; esac\\nexec /usr/sbin/ip "$@"\\n' >/usr/local/sbin/ip; chmod 755 /usr/local/sbin/ip`,
      );
};
const isPending = (name: string) => fleet.host(name).sh('readlink /var/lib/mlbroute/pending || true').trim() !== '';

/** Waits until a host's transaction is armed. */
async function armed(name: string): Promise<void> {
  for (let tries = 0; !isPending(name); tries++) {
    if (tries > 300) throw new Error(`${name} never had a transaction`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const args = (...more: string[]) => ['push', '-i', fleet.inventory, '-y', ...more];

describe('an interrupt', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s lets hosts at work come to their end and starts no more',
    async (signal) => {
      slowDown();
      const program = fleet.start(args('--forks', '2', '--output', 'json'));
      await armed('n1');
      await armed('n2');
      program.process.kill(signal);
      await program.saidSo(`${signal}: no more hosts are started; 2 hosts at work will finish or revert.`);
      const { exitCode, stdout } = await program.ended;
      expect(exitCode).toBe(130);
      const events = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(
        Object.fromEntries(
          events.flatMap(({ kind, host, outcome }) => (kind === 'end' ? [[host, outcome.status]] : [])),
        ),
      ).toEqual({ n1: 'changed', n2: 'changed', n3: 'not-started' });
      expect(events.at(-1)).toMatchObject({ kind: 'stop', because: 'interrupted', hosts: ['n3'] });
      expect(['n1', 'n2', 'n3'].map(isPending)).toEqual([false, false, false]);
    },
  );

  it('for the second time ends at once, and names the hosts that are left pending and until when', async () => {
    slowDown();
    const program = fleet.start(args('--forks', '2', '--confirm-timeout', '45'));
    await armed('n1');
    await armed('n2');
    program.process.kill('SIGINT');
    await program.saidSo('Once more stops now.');
    program.process.kill('SIGINT');
    const { exitCode, stderr } = await program.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toContain(`
Stopped. What becomes of the hosts that were at work:
  n[1-2]: pending; it reverts by itself at most 45.0 s after its last step
Then: mlbroute audit -i ${fleet.inventory} -l n1,n2
`);
    expect(['n1', 'n2', 'n3'].map(isPending)).toEqual([true, true, false]);
    expect(fleet.host('n1').systemdCalls().join('\n')).toContain('--on-active=45s');
  });

  it('for the second time is told with the board open, too, and gives the cursor back', async () => {
    slowDown();
    const program = fleet.startOnTerminal(args('--forks', '2'));
    await armed('n1');
    await armed('n2');
    await program.saidSo('apply');
    program.interrupt();
    // Wherever the line is broken.
    await program.saidSo('stops now.');
    program.interrupt();
    const { exitCode, stdout } = await program.ended;
    expect(exitCode).toBe(130);
    const farewell = stdout.replaceAll('\r\n', '\n').split('\nStopped. ')[1] ?? '';
    expect(farewell).toMatch(/^What becomes of the hosts that were at work:\n {2}n\[1-2\]: pending; /);
    expect(stdout.lastIndexOf('\x1b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\x1b[?25l'));
  });

  it.each(['audit', 'plan', 'push'])('of %s while hosts are looked at ends it, and says so', async (command) => {
    fleet
      .host('n2')
      .sh(`printf '#!/bin/sh\nexec sleep 60\n' >/run/deaf; chmod 755 /run/deaf; mount --bind /run/deaf /usr/sbin/ip`);
    const program = fleet.startOnTerminal([command, '-i', fleet.inventory]);
    await program.saidSo('2 of 3 done');
    program.interrupt();
    const { exitCode, stdout } = await program.ended;
    expect(exitCode).toBe(130);
    expect(stdout.replaceAll('\r\n', '\n')).toContain('\nSIGINT: stopped. Nothing was changed.\n');
    expect(stdout.lastIndexOf('\x1b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\x1b[?25l'));
  });

  it('leaves a run that a retry goes on with', async () => {
    slowDown();
    const program = fleet.start(args('--forks', '1'));
    await armed('n1');
    program.process.kill('SIGINT');
    await program.ended;
    expect(readdirSync(join(fleet.directory, 'state/mlbroute/runs'))).toHaveLength(1);
    const retry = await fleet.start(['push', '-i', fleet.inventory, '--check', '--limit', 'n1']).ended;
    expect(retry.exitCode).toBe(0);
    const again = await fleet.start(args('--retry', 'last')).ended;
    expect(again.stderr).toMatch(/^Retry of run [\w-]+: n\[2-3\]$/m);
    expect(again.stderr).toMatch(/^changed {6}n\[2-3\]/m);
    expect(again.exitCode).toBe(0);
  });
});
