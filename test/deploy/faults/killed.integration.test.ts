import { afterAll, beforeAll, describe, it } from 'vitest';
import { type FaultNode, startFaultNode } from './fault-node.ts';
import type { FaultPoint } from './fault-points.ts';
import { type FaultId, titleOf } from './fault-table.ts';
import { type Ends, learnPoints, sweep } from './faulted-push.ts';

let node: FaultNode;
let ends: Ends;
let points: readonly FaultPoint[];

beforeAll(async () => {
  node = await startFaultNode();
  ({ ends, points } = await learnPoints(node));
});
afterAll(() => node.stop());

describe('a push whose program on the node is killed', { timeout: 200_000 }, () => {
  it.each<[FaultId, readonly string[]]>([
    ['killed-open', ['open_transaction', 'expect']],
    ['killed-arm', ['arm']],
    ['killed-stage', ['stage', 'make_durable']],
    ['killed-write', ['prepare', 'write_files']],
    ['killed-step', ['steps', 'set_deadline']],
  ])('%s', async (id, phases) => {
    const hit = points.filter(({ phase }) => phases.includes(phase));
    // One piece of staging is like another.
    const chosen = id === 'killed-stage' ? hit.filter((_, i) => i % 4 === 0 || i === hit.length - 1) : hit;
    await sweep(node, ends, { id, points: chosen, fault: 'kill', connect: node.enter });
  });
});
