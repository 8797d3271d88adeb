import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostPlan } from '../../../src/domain/change.ts';
import { type FaultNode, startFaultNode } from './fault-node.ts';
import { type FaultPoint, setFault } from './fault-points.ts';
import { type FaultId, titleOf } from './fault-table.ts';
import { type Ends, expectEnd, learnPoints, pushChange, sweep, tell } from './faulted-push.ts';

let node: FaultNode;
let ends: Ends;
let points: readonly FaultPoint[];

beforeEach(async () => {
  node = await startFaultNode();
  ({ ends, points } = await learnPoints(node));
});
afterEach(() => node.stop());

/** The number that the host knows a change by: what comes before the files is the first, and so is the undo of what reads them. */
function numberOf({ runtime }: HostPlan, index: number): number {
  const numbered = runtime.map((change, at) => ({ at, isLater: !(change.isBeforeFiles || change.readsFiles) }));
  const order = numbered.toSorted((a, b) => Number(a.isLater) - Number(b.isLater)).map(({ at }) => at);
  return 1 + order.indexOf(index);
}

describe('a push in which something fails', { timeout: 200_000 }, () => {
  const phases: readonly (readonly [FaultId, readonly string[]])[] = [
    ['fail-early', ['open_transaction', 'expect', 'arm', 'stage', 'make_durable']],
    ['fail-write', ['prepare', 'write_files']],
    ['fail-step', ['steps']],
  ];
  for (const [id, names] of phases)
    it(titleOf(id), async () => {
      const hit = points.filter(({ phase }) => names.includes(phase));
      // One piece of staging is like another.
      const chosen = hit.filter(({ phase }, i) => phase !== 'stage' || i % 3 === 0);
      await sweep(node, ends, { id, points: chosen, fault: 'fail', connect: node.enter });
    });

  it(titleOf('undo-fails'), async () => {
    const stuck = 'test -e /run/repaired || { echo it is stuck >&2; exit 1; }';
    const fault = { sign: '+', subject: 'rule', words: 'the fault', undo: [] } as const;
    const failsAtUndoOf = (failing: number) => (plan: HostPlan) => ({
      ...plan,
      runtime: [
        ...plan.runtime.map((change, i) =>
          i === failing
            ? { ...change, undo: [{ argv: ['sh', '-c', stuck], why: 'the fault', stdin: null }, ...change.undo] }
            : change,
        ),
        { ...fault, apply: [{ argv: ['false'], why: 'the fault', stdin: null }] },
      ],
    });
    setFault(node, 0, 'fail');
    let steps = 1;
    let number = 0;
    for (let failing = 0; failing < steps; failing++) {
      node.sh('rm -f /run/repaired');
      const outcome = await pushChange(node, {
        connect: node.enter,
        confirmWithinS: 20,
        alter: (plan) => {
          steps = plan.runtime.length;
          number = numberOf(plan, failing);
          return failsAtUndoOf(failing)(plan);
        },
      });
      expect(outcome, `step ${failing + 1}`).toMatchObject({
        status: 'stranded',
        because: { kind: 'step', step: '+ the fault' },
        details: expect.stringContaining(`step ${number}: it is stuck`),
        command: expect.stringMatching(/^sudo sh \/var\/lib\/mlbroute\/transactions\/t-\w+\/transaction again$/),
      });
      node.sh('touch /run/repaired');
      if (outcome.status !== 'stranded') throw new Error('unreachable');
      expect(node.sh(outcome.command.replace('sudo ', ''))).toBe('reverted\n');
      await expectEnd(node, ends.before, { confirmWithinS: 0, where: `step ${failing + 1}` });
    }
    expect(steps).toBeGreaterThan(4);
    tell(
      'undo-fails',
      Array.from({ length: steps }, () => 'stranded'),
    );
  });
});
