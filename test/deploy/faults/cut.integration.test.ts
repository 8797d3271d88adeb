import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostOutcome } from '../../../src/domain/outcome.ts';
import { surroundingsOf } from '../deploying.ts';
import { type FaultNode, startFaultNode } from './fault-node.ts';
import { type FaultPoint, passedPoints, setFault, withFaultMarks } from './fault-points.ts';
import { type FaultId, titleOf } from './fault-table.ts';
import {
  changeOf,
  type Ends,
  expectTruth,
  learnPoints,
  pushDeployment,
  returnToStart,
  sweep,
  tell,
} from './faulted-push.ts';

let node: FaultNode;
let ends: Ends;
let points: readonly FaultPoint[];

beforeEach(async () => {
  node = await startFaultNode();
  ({ ends, points } = await learnPoints(node));
});
afterEach(() => node.stop());

describe('a push whose connection is cut by the end of the sshd that carries it', { timeout: 200_000 }, () => {
  const chosen: readonly (readonly [FaultId, (point: FaultPoint) => boolean])[] = [
    ['cut-early', ({ command }) => /^(mkdir|ln -s|systemd-run|sync)/.test(command)],
    ['cut-write', ({ phase, command }) => phase === 'write_files' && /^(cp -pP|rm -f)/.test(command)],
    ['cut-step', ({ phase }) => phase === 'steps'],
  ];
  for (const [id, isMeant] of chosen)
    it(titleOf(id), async () => {
      await sweep(node, ends, { id, points: points.filter(isMeant), fault: 'cut', connect: node.connect });
    });

  const atEnd: readonly (readonly [FaultId, RegExp])[] = [
    ['cut-verify', /^extend mv /],
    ['cut-confirm', /^confirm (mv|rm -rf) /],
  ];
  for (const [id, pattern] of atEnd)
    it(titleOf(id), async () => {
      const surroundings = withFaultMarks(surroundingsOf(node.connect), 'transaction');
      const push = () => pushDeployment(changeOf(node), surroundings, 3);
      setFault(node, 0, 'cut');
      expect(await push()).toMatchObject({ status: 'changed' });
      const passed = passedPoints(node).filter(({ phase, command }) => pattern.test(`${phase} ${command}`));
      expect(passed.length).toBeGreaterThan(0);
      await returnToStart(node, ends);
      const said: HostOutcome['status'][] = [];
      for (const { number, command } of passed) {
        setFault(node, number, 'cut');
        const outcome = await push();
        await expectTruth(node, ends, { id, outcome, confirmWithinS: 3, where: command });
        said.push(outcome.status);
        if (outcome.status === 'changed') await returnToStart(node, ends);
      }
      tell(id, said);
    });
});
