import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Surroundings } from '../../../src/deploy/deployment.ts';
import type { HostPlan } from '../../../src/domain/change.ts';
import type { HostOutcome } from '../../../src/domain/outcome.ts';
import { type FaultNode, startFaultNode } from './fault-node.ts';
import { type FaultPoint, setFault } from './fault-points.ts';
import { type FaultId, titleOf } from './fault-table.ts';
import { type Ends, expectEnd, expectTruth, learnPoints, pushChange, returnToStart, tell } from './faulted-push.ts';

let node: FaultNode;
let ends: Ends;
let points: readonly FaultPoint[];

const state = '/var/lib/mlbroute';
const confirmWithinS = 3;

beforeEach(async () => {
  node = await startFaultNode();
  ({ ends, points } = await learnPoints(node));
});
afterEach(() => node.stop());

/** Gives a folder a small disk of its own, with what it held. */
function giveDisk(folder: string): void {
  node.sh(`mkdir -p /run/disk && mount -t tmpfs -o size=1m,mode=700 tmpfs /run/disk && cp -a ${folder}/. /run/disk && chmod "$(stat -c %a ${folder})" /run/disk
    mount --move /run/disk ${folder}`);
}

/** The room that is left goes to a file of somebody else. */
const fill = (folder: string) => `cat /dev/zero >${folder}/.filler 2>/dev/null || true`;
const free = (folder: string) => node.sh(`rm -f ${folder}/.filler`);
const remount = (folder: string, mode: 'ro' | 'rw') => `mount -o remount,${mode} ${folder}`;

/** Pushes while this program runs at a point. */
async function pushWith(program: string, point: FaultPoint): Promise<HostOutcome> {
  setFault(node, point.number, { run: program });
  return pushChange(node, { connect: node.enter, confirmWithinS });
}

/** The first point in a phase whose command begins so. */
function pointAt(phase: string, command: string): FaultPoint {
  const found = points.find((point) => point.phase === phase && point.command.startsWith(command));
  if (found === undefined) throw new Error(`${phase} has no command ${command}`);
  return found;
}

/** Pushes, and does this before the last word: after the verification, before the confirmation. */
function pushAndThen(meddle: () => void): Promise<HostOutcome> {
  setFault(node, 0, 'fail');
  const beforeConfirming = (usual: Surroundings): Surroundings => ({
    ...usual,
    emit: (event) => {
      if (event.kind === 'phase' && event.phase === 'confirm') meddle();
    },
  });
  return pushChange(node, { connect: node.enter, confirmWithinS, surroundings: beforeConfirming });
}

describe('a push to a host whose disk is full', { timeout: 100_000 }, () => {
  it(titleOf('full-var-before'), async () => {
    giveDisk(state);
    node.sh(fill(state));
    setFault(node, 0, 'fail');
    const outcome = await pushChange(node, { connect: node.enter, confirmWithinS });
    expect(outcome).toMatchObject({ because: { kind: 'refused', message: `cannot write to ${state}` } });
    free(state);
    await expectTruth(node, ends, { id: 'full-var-before', outcome, confirmWithinS });
    tell('full-var-before', [outcome.status]);
  });

  it(titleOf('full-var-write'), async () => {
    giveDisk(state);
    const outcome = await pushWith(fill(state), pointAt('write_files', 'cp -pP'));
    free(state);
    await expectTruth(node, ends, { id: 'full-var-write', outcome, confirmWithinS });
    tell('full-var-write', [outcome.status]);
  });

  it(titleOf('full-var-step'), async () => {
    giveDisk(state);
    const said: HostOutcome['status'][] = [];
    for (const point of points.filter(({ phase }) => phase === 'steps')) {
      const outcome = await pushWith(fill(state), point);
      free(state);
      await expectTruth(node, ends, { id: 'full-var-step', outcome, confirmWithinS, where: point.command });
      said.push(outcome.status);
      if (outcome.status === 'changed') await returnToStart(node, ends);
    }
    tell('full-var-step', said);
  });

  it(titleOf('full-var-confirm'), async () => {
    giveDisk(state);
    const outcome = await pushAndThen(() => node.sh(fill(state)));
    free(state);
    await expectTruth(node, ends, { id: 'full-var-confirm', outcome, confirmWithinS });
    tell('full-var-confirm', [outcome.status]);
  });

  it(titleOf('full-etc'), async () => {
    giveDisk('/etc/systemd');
    const said: HostOutcome['status'][] = [];
    const ofSystemd = points.filter(
      ({ phase, command }) => phase === 'write_files' && /^cp -pP .*\/etc\/systemd/.test(command),
    );
    expect(ofSystemd.length).toBeGreaterThan(0);
    for (const point of ofSystemd) {
      const outcome = await pushWith(fill('/etc/systemd'), point);
      free('/etc/systemd');
      await expectTruth(node, ends, { id: 'full-etc', outcome, confirmWithinS, where: point.command });
      said.push(outcome.status);
      if (outcome.status === 'changed') await returnToStart(node, ends);
    }
    tell('full-etc', said);
  });
});

describe('a push to a host whose disk is read-only', { timeout: 100_000 }, () => {
  it(titleOf('read-only-var-before'), async () => {
    giveDisk(state);
    node.sh(remount(state, 'ro'));
    setFault(node, 0, 'fail');
    const outcome = await pushChange(node, { connect: node.enter, confirmWithinS });
    await expectTruth(node, ends, { id: 'read-only-var-before', outcome, confirmWithinS });
    tell('read-only-var-before', [outcome.status]);
  });

  const onRecord: readonly (readonly [FaultId, () => Promise<HostOutcome>])[] = [
    // The last command before the first step: the output of a step lies on that disk, and keeps it from being read-only.
    ['read-only-var-step', () => pushWith(remount(state, 'ro'), pointAt('write_files', 'sync /etc/mlbroute '))],
    ['read-only-var-confirm', () => pushAndThen(() => node.sh(remount(state, 'ro')))],
  ];
  for (const [id, push] of onRecord)
    it(titleOf(id), async () => {
      giveDisk(state);
      const outcome = await push();
      // What lies on that disk can only go when it takes writes again: then the timer, or a person, tidies up.
      node.sh(remount(state, 'rw'));
      await expectTruth(node, ends, { id, outcome, confirmWithinS });
      tell(id, [outcome.status]);
    });

  it(titleOf('read-only-etc-before'), async () => {
    giveDisk('/etc/systemd');
    node.sh(remount('/etc/systemd', 'ro'));
    setFault(node, 0, 'fail');
    const outcome = await pushChange(node, { connect: node.enter, confirmWithinS });
    await expectTruth(node, ends, { id: 'read-only-etc-before', outcome, confirmWithinS });
    tell('read-only-etc-before', [outcome.status]);
  });

  it(titleOf('read-only-etc-step'), async () => {
    giveDisk('/etc/systemd');
    const { number } = pointAt('steps', 'ip');
    setFault(node, number, { run: remount('/etc/systemd', 'ro') });
    const failing = (plan: HostPlan): HostPlan => ({
      ...plan,
      runtime: plan.runtime.map((change, i) =>
        i === 2 ? { ...change, apply: [{ argv: ['false'], why: 'the fault', stdin: null }] } : change,
      ),
    });
    const outcome = await pushChange(node, { connect: node.enter, confirmWithinS, alter: failing });
    expect(outcome).toMatchObject({
      status: 'stranded',
      details: expect.stringContaining('/etc/systemd/system/mlbroute-iptables.service was not restored'),
    });
    tell('read-only-etc-step', [outcome.status]);
    node.sh(remount('/etc/systemd', 'rw'));
    if (outcome.status !== 'stranded') throw new Error('unreachable');
    expect(node.sh(outcome.command.replace('sudo ', ''))).toBe('reverted\n');
    await expectEnd(node, ends.before, { confirmWithinS, where: 'again' });
  });
});
