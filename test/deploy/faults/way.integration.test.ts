import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostPlan, RuntimeChange } from '../../../src/domain/change.ts';
import type { Connect } from '../../../src/transport/session.ts';
import { type FaultNode, startFaultNode } from './fault-node.ts';
import { setFault } from './fault-points.ts';
import { type FaultId, titleOf } from './fault-table.ts';
import { type Ends, expectEnd, expectTruth, learnPoints, pushChange, returnToStart, tell } from './faulted-push.ts';

let node: FaultNode;
let ends: Ends;
const confirmWithinS = 3;

beforeEach(async () => {
  node = await startFaultNode();
  ({ ends } = await learnPoints(node));
});
afterEach(() => node.stop());

/** A step more, as a mistake in an inventory could make it. */
const withStep =
  (apply: readonly string[], undo: readonly string[]) =>
  (plan: HostPlan): HostPlan => {
    const command = (argv: readonly string[]) => [{ argv, why: 'the fault', stdin: null }];
    const step: RuntimeChange = {
      ...{ sign: '+', subject: 'rule', words: 'the fault' },
      ...{ apply: command(apply), undo: command(undo) },
    };
    return { ...plan, runtime: [...plan.runtime, step] };
  };

/** Something happens before the push comes back over a new connection. */
function meanwhile(meddle: () => Promise<void>): Connect {
  let connections = 0;
  return async (connection) => {
    connections += 1;
    if (connections === 2) await meddle();
    return node.connect(connection);
  };
}

const push = (connect: Connect, alter?: (plan: HostPlan) => HostPlan) => {
  setFault(node, 0, 'fail');
  return pushChange(node, { connect, confirmWithinS, ...(alter === undefined ? {} : { alter }) });
};

describe('a push that loses its way to the host', { timeout: 100_000 }, () => {
  const rule = ['priority', '50', 'to', '192.168.1.1', 'blackhole'];
  const drop = ['INPUT', '-p', 'tcp', '--dport', '22', '--syn', '-j', 'DROP'];
  const selfMade: readonly (readonly [FaultId, (plan: HostPlan) => HostPlan])[] = [
    ['replies-away', withStep(['ip', 'rule', 'add', ...rule], ['ip', 'rule', 'delete', ...rule])],
    ['port-dropped', withStep(['iptables', '-w', '5', '-I', ...drop], ['iptables', '-w', '5', '-D', ...drop])],
  ];
  for (const [id, alter] of selfMade)
    it(titleOf(id), async () => {
      const outcome = await push(node.connect, alter);
      await expectTruth(node, ends, { id, outcome, confirmWithinS });
      expect(node.sh('ip rule show; iptables -S INPUT')).not.toMatch(/blackhole|dport 22/);
      tell(id, [outcome.status]);
    });

  it(titleOf('sshd-restarted'), async () => {
    const restart = async () => {
      await node.stopSshd();
      setTimeout(() => void node.startSshd(), 300);
    };
    const outcome = await push(meanwhile(restart));
    await expectTruth(node, ends, { id: 'sshd-restarted', outcome, confirmWithinS });
    await returnToStart(node, ends);
    tell('sshd-restarted', [outcome.status]);
  });

  it(titleOf('sshd-down'), async () => {
    const goDown = async () => {
      await node.stopSshd();
      setTimeout(() => void node.startSshd(), confirmWithinS * 1000 + 2000);
    };
    const outcome = await push(meanwhile(goDown));
    await expectTruth(node, ends, { id: 'sshd-down', outcome, confirmWithinS });
    tell('sshd-down', [outcome.status]);
  });

  it(titleOf('max-startups'), async () => {
    const crowd = async () => {
      await node.stopSshd();
      await node.startSshd({ config: ['MaxStartups 1:100:1'] });
      // One that connects and does not log in takes the only place.
      const other = spawn('sh', ['-c', `exec ${node.proxyCommand}`], { stdio: ['pipe', 'pipe', 'ignore'] });
      await new Promise((resolve) => other.stdout.once('data', resolve));
      setTimeout(() => other.kill('SIGKILL'), 1000);
    };
    const outcome = await push(meanwhile(crowd));
    await node.stopSshd();
    await node.startSshd();
    await expectTruth(node, ends, { id: 'max-startups', outcome, confirmWithinS });
    await returnToStart(node, ends);
    tell('max-startups', [outcome.status]);
  });

  it(titleOf('other-key'), async () => {
    const change = async () => {
      await node.stopSshd();
      await node.startSshd({ hasOtherKey: true });
    };
    const outcome = await push(meanwhile(change));
    expect(outcome).toMatchObject({
      status: 'unknown',
      because: {
        kind: 'host-key',
        message: expect.stringMatching(/HAS CHANGED: known is .*SHA256:.*, shown is .*SHA256:/),
      },
      revertsWithinMs: confirmWithinS * 1000,
    });
    await sleep(0);
    await node.stopSshd();
    await node.startSshd();
    await expectEnd(node, ends.before, { confirmWithinS, where: 'other-key' });
    tell('other-key', [outcome.status]);
  });
});
