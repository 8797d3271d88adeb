import { afterEach, beforeEach, describe, it } from 'vitest';
import { apply } from '../../../src/deploy/apply.ts';
import { look } from '../../../src/deploy/look.ts';
import { surroundingsOf } from '../deploying.ts';
import { type FaultNode, startFaultNode } from './fault-node.ts';
import { type FaultPoint, setFault, withFaultMarks } from './fault-points.ts';
import { type FaultId, titleOf } from './fault-table.ts';
import { changeOf, type Ends, expectEnd, learnPoints, sweep, tell } from './faulted-push.ts';

let node: FaultNode;
let ends: Ends;
let points: readonly FaultPoint[];

beforeEach(async () => {
  node = await startFaultNode();
  ({ ends, points } = await learnPoints(node));
});
afterEach(() => node.stop());

describe('a push whose program on the node is killed', { timeout: 200_000 }, () => {
  const phases: readonly (readonly [FaultId, readonly string[]])[] = [
    ['killed-open', ['open_transaction', 'expect']],
    ['killed-arm', ['arm']],
    ['killed-stage', ['stage', 'make_durable']],
    ['killed-write', ['prepare', 'write_files']],
    ['killed-step', ['steps', 'set_deadline']],
  ];
  for (const [id, names] of phases)
    it(titleOf(id), async () => {
      const hit = points.filter(({ phase }) => names.includes(phase));
      // One piece of staging is like another.
      const chosen = id === 'killed-stage' ? hit.filter((_, i) => i % 4 === 0 || i === hit.length - 1) : hit;
      await sweep(node, ends, { id, points: chosen, fault: 'kill', connect: node.enter });
    });

  it(titleOf('killed-alone'), async () => {
    const armed = points.findIndex(({ command }) => command.startsWith('systemd-run'));
    for (const { number, phase } of points.filter((_, i) => i > armed && i % 5 === 0)) {
      setFault(node, number, 'kill');
      await applyOnly(1);
      await expectEnd(node, ends.before, { confirmWithinS: 1, where: `${number} ${phase}` });
    }
    tell('killed-alone', []);
  });
});

/** Applies as a push does, and goes away. */
async function applyOnly(confirmWithinS: number): Promise<void> {
  const surroundings = withFaultMarks(surroundingsOf(node.enter));
  const seen = await look(changeOf(node), 'change', surroundings);
  if (seen.kind !== 'seen') throw new Error(JSON.stringify(seen.outcome));
  const id = `alone-${Math.random().toString(36).slice(2)}`;
  await apply(seen, { id, owner: 'somebody', confirmWithinS }, surroundings);
}
