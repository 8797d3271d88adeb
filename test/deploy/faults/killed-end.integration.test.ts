import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apply } from '../../../src/deploy/apply.ts';
import type { Deployment } from '../../../src/deploy/deployment.ts';
import { look } from '../../../src/deploy/look.ts';
import { settle } from '../../../src/deploy/transaction.ts';
import type { HostPlan } from '../../../src/domain/change.ts';
import type { HostOutcome } from '../../../src/domain/outcome.ts';
import { ok } from '../../../src/domain/result.ts';
import { deploymentOf, surroundingsOf } from '../deploying.ts';
import { sampleFiles, sampleState } from '../sample-state.ts';
import { type FaultNode, startFaultNode } from './fault-node.ts';
import { passedPoints, setFault, withFaultMarks } from './fault-points.ts';
import { type FaultId, titleOf } from './fault-table.ts';
import {
  changeOf,
  type Ends,
  expectEnd,
  expectTruth,
  learnPoints,
  pushDeployment,
  pushWell,
  returnToStart,
  tell,
  wholeStateOf,
} from './faulted-push.ts';

let node: FaultNode;
let ends: Ends;

beforeEach(async () => {
  node = await startFaultNode();
  ({ ends } = await learnPoints(node));
});
afterEach(() => node.stop());

/** Short, because a timer that nobody has stopped may be the last to go. */
const confirmWithinS = 3;

const surroundings = () => withFaultMarks(surroundingsOf(node.enter), 'transaction');

/** Kills the transaction's own program before each command it runs in a push, and gives what each push said. */
async function killThroughout(
  id: FaultId,
  deployment: Deployment,
  each: (outcome: HostOutcome, where: string) => Promise<void>,
): Promise<void> {
  setFault(node, 0, 'kill');
  await each(await pushDeployment(deployment, surroundings(), confirmWithinS), 'no fault');
  const points = passedPoints(node);
  expect(points.length).toBeGreaterThan(8);
  const said: HostOutcome['status'][] = [];
  // Every second one, beginning now with the first and now with the second, finds what there is to find in half the time.
  for (const { number, phase, command } of points.filter((_, i) => i % 2 === id.length % 2)) {
    setFault(node, number, 'kill');
    const outcome = await pushDeployment(deployment, surroundings(), confirmWithinS);
    await each(outcome, `${number} ${phase} ${command}`);
    said.push(outcome.status);
  }
  tell(id, said);
}

describe('the end of a push', { timeout: 200_000 }, () => {
  it(titleOf('killed-undo'), async () => {
    const fault = { argv: ['false'], why: 'the fault', stdin: null };
    const failAtEnd = (plan: HostPlan): HostPlan => ({
      ...plan,
      runtime: plan.runtime.map((change, i) =>
        i === plan.runtime.length - 1 ? { ...change, apply: [...change.apply, fault] } : change,
      ),
    });
    await killThroughout('killed-undo', changeOf(node, failAtEnd), async (outcome, where) => {
      await expectTruth(node, ends, { id: 'killed-undo', outcome, confirmWithinS, where });
    });
  });

  it(titleOf('killed-confirm'), async () => {
    await killThroughout('killed-confirm', changeOf(node), async (outcome, where) => {
      await expectTruth(node, ends, { id: 'killed-confirm', outcome, confirmWithinS, where });
      if (outcome.status === 'changed') await returnToStart(node, ends);
    });
  });

  it(titleOf('killed-confirm-alone'), async () => {
    setFault(node, 0, 'kill');
    await confirmOnly();
    const confirming = passedPoints(node).filter(({ phase }) => phase === 'confirm');
    const decided = confirming.findIndex(({ command }) => command.startsWith('ln -sT confirmed'));
    expect(decided).toBeGreaterThanOrEqual(0);
    await expectEnd(node, ends.after, { confirmWithinS: 1, where: 'no fault' });
    await returnToStart(node, ends);
    for (const { number, command } of confirming.filter((_, i) => i > decided && i % 3 === 0)) {
      setFault(node, number, 'kill');
      await confirmOnly();
      await expectEnd(node, ends.after, { confirmWithinS: 1, where: command });
      await returnToStart(node, ends);
    }
    tell('killed-confirm-alone', []);
  });

  it(titleOf('killed-removal'), async () => {
    const nothing = { decisions: [], links: [], routes: [], rules: [], chains: [], sysctls: [] };
    const emptied = deploymentOf(node, nothing, []);
    const removal: Deployment = {
      ...emptied,
      prepare: (observed) => {
        const prepared = emptied.prepare(observed);
        return prepared.ok ? ok({ ...prepared.value, manifest: null }) : prepared;
      },
    };
    await pushWell(node, removal);
    const gone = wholeStateOf(node);
    expect(node.sh('ls -d /var/lib/mlbroute /etc/mlbroute 2>/dev/null || true')).toBe('');
    const startAgain = async () => {
      await pushWell(node, deploymentOf(node, sampleState, sampleFiles));
      return wholeStateOf(node);
    };
    const there = await startAgain();
    await killThroughout('killed-removal', removal, async (outcome, where) => {
      const both = { before: there, after: gone };
      await expectTruth(node, both, { id: 'killed-removal', outcome, confirmWithinS, where });
      if (outcome.status === 'changed') expect(await startAgain()).toBe(there);
    });
  });
});

/** Applies and confirms as a push does, and goes away. */
async function confirmOnly(): Promise<void> {
  const seen = await look(changeOf(node), 'change', surroundings());
  if (seen.kind !== 'seen') throw new Error(JSON.stringify(seen.outcome));
  const transaction = { id: `alone-${Math.random().toString(36).slice(2)}`, owner: 'somebody', confirmWithinS: 1 };
  expect(await apply(seen, transaction, surroundings())).toEqual({ kind: 'applied' });
  await settle(seen.session, transaction.id, 'confirm');
}
