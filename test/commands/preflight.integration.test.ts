import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctor } from '../../src/commands/doctor.ts';
import { plan } from '../../src/commands/plan.ts';
import { push } from '../../src/commands/push.ts';
import { snapshotOf } from '../deploy/deploying.ts';
import { type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
let file: string;
beforeAll(() => {
  fleet = startFleet(2);
  file = join(fleet.directory, 'a.plan');
  // A rule at a priority of ours, and a packet filter that clears our bits.
  fleet
    .host('n1')
    .sh(
      'ip rule add priority 2011 from 10.9.9.9 lookup 99; iptables -w 5 -t mangle -A PREROUTING -j MARK --set-xmark 0x0/0x300',
    );
});
afterAll(() => fleet.stop());

const codes = ['mark-in-use', 'priority-in-use'] as const;

describe('a push to a host where others are in the way', () => {
  it('leaves that host alone, names every culprit, and goes on with the others', async () => {
    const before = snapshotOf(fleet.host('n1'));
    const { exitCode, stderr } = await fleet.run(push, fleet.pushOptions());
    expect(exitCode).toBe(1);
    const failed = /^failed {7}n1: (.*)$/m.exec(stderr)?.[1] ?? stderr;
    expect(failed).toContain(
      'a rule of somebody else sets bits of it: -A PREROUTING -j MARK --set-xmark 0x0/0x300 [mark-in-use]',
    );
    expect(failed).toContain('priority 2011 from 10.9.9.9/32 lookup 99 [priority-in-use]');
    expect(failed).toContain('--force mark-in-use,priority-in-use goes past it');
    expect(stderr).toMatch(/^changed {6}n2: /m);
    expect(snapshotOf(fleet.host('n1'))).toBe(before);
  });

  it('is foretold by doctor, which changes nothing', async () => {
    const before = snapshotOf(fleet.host('n1'));
    const { stdout } = await fleet.run(doctor, fleet.planOptions({ out: null }));
    const [others, n1] = stdout.split(/^n1$/m);
    expect(n1).toMatch(/✖ plan .*\[mark-in-use\].*\[priority-in-use\]/);
    expect(n1).toContain('hint: --force mark-in-use,priority-in-use goes past it');
    expect(others).toMatch(/✔ plan +\d+ ms {2}nothing stands against a push$/m);
    expect(snapshotOf(fleet.host('n1'))).toBe(before);
  });

  it('is planned with the errors, not saved, and has exit code 1', async () => {
    const { exitCode, stdout, stderr } = await fleet.run(plan, fleet.planOptions({ out: file }));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/error\[mark-in-use\].*\n.*hint: choose another with mark: /);
    expect(stdout).toMatch(/error\[priority-in-use\]/);
    expect(stderr).toContain('The plan for 1 host, without n1, is in');
  });

  it('is stopped by the obstacle that was not named', async () => {
    const options = fleet.pushOptions({ limit: 'n1', force: ['priority-in-use'] });
    const { exitCode, stderr } = await fleet.run(push, options);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^failed {7}n1: .*\[mark-in-use\]/m);
    expect(stderr).not.toContain('[priority-in-use]');
  });

  it('goes past what is named; a saved plan keeps that, and then nothing is in the way of what is done', async () => {
    const planned = await fleet.run(plan, fleet.planOptions({ out: file, limit: 'n1', force: codes }));
    expect(planned.exitCode).toBe(2);
    expect(planned.stdout).toMatch(/warning\[mark-in-use\]/);
    const pushed = await fleet.run(push, fleet.pushOptions({ planFile: file, limit: 'n1' }));
    expect(pushed.stderr).toMatch(/^changed {6}n1: /m);
    expect(pushed.exitCode).toBe(0);
    const again = await fleet.run(push, fleet.pushOptions({ limit: 'n1' }));
    expect(again).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^unchanged {4}n1/m) });
  });
});
