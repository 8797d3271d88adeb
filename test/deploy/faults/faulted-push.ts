import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { carryOut } from '../../../src/deploy/carry-out.ts';
import type { Deployment, Surroundings } from '../../../src/deploy/deployment.ts';
import { look } from '../../../src/deploy/look.ts';
import type { HostPlan } from '../../../src/domain/change.ts';
import type { HostOutcome } from '../../../src/domain/outcome.ts';
import type { Connect } from '../../../src/transport/session.ts';
import { deploymentOf, surroundingsOf } from '../deploying.ts';
import { sampleFiles, sampleState } from '../sample-state.ts';
import { changedFiles, changedState } from './changed-state.ts';
import type { FaultNode } from './fault-node.ts';
import {
  type Fault,
  type FaultPoint,
  installFaultPoints,
  passedPoints,
  setFault,
  withFaultMarks,
} from './fault-points.ts';
import { type FaultId, rowOf, titleOf } from './fault-table.ts';

/** The two states a host may end in. `first`: the sample was pushed and confirmed. */
export type Ends = { readonly before: string; readonly after: string };

/** How a push of the changed state is made; the rest is as in a real one. */
export type PushWish = {
  readonly connect: Connect;
  readonly confirmWithinS: number;
  readonly alter?: (plan: HostPlan) => HostPlan;
  readonly surroundings?: (usual: Surroundings) => Surroundings;
};

/** Everything that may tell two hosts apart, mlbroute's own record and what a transaction could leave included. */
export function wholeStateOf(node: FaultNode): string {
  return node.sh(`cd /; set -- $(ls -d etc/mlbroute etc/sysctl.d etc/systemd run/systemd/network 2>/dev/null)
    find "$@" -printf '%p %y %m %u %g %l\\n' | sort; find "$@" -type f -exec sha256sum {} + | sort -k 2
    ip -N rule show; ip -N route show table all | sort; iptables-save -t mangle | grep -v '^#' | sed 's/ \\[.*//'
    grep -H . /proc/sys/net/ipv4/conf/*/rp_filter
    cd /var/lib/mlbroute 2>/dev/null && {
      find . ! -name last ! -path ./dirs -printf '%p %y %m %l\\n' | sort; sha256sum manifest.json generations/* 2>/dev/null; }
    find /etc -name '*.mlbroute-new' -o -name '*.mlbroute-old'; ls /run/timers 2>/dev/null; true`);
}

/** The deployment of the changed state. */
export function changeOf(node: FaultNode, alter?: (plan: HostPlan) => HostPlan): Deployment {
  return deploymentOf(node, changedState, changedFiles, alter);
}

/** Pushes without any fault. */
export async function pushWell(node: FaultNode, deployment: Deployment): Promise<void> {
  expect(await pushDeployment(deployment, surroundingsOf(node.enter), 20)).toMatchObject({ status: 'changed' });
}

/** Brings a fresh host to the sample, and finds out both ends of the change by making it once and taking it back. */
async function learnEnds(node: FaultNode): Promise<Ends> {
  await pushWell(node, deploymentOf(node, sampleState, sampleFiles));
  const record = '/var/lib/mlbroute/manifest.json /var/lib/mlbroute/generations /var/lib/mlbroute/dirs';
  node.sh(`tar -cf /run/record.tar ${record}`);
  const before = wholeStateOf(node);
  await pushWell(node, changeOf(node));
  const after = wholeStateOf(node);
  await returnToStart(node, { before, after });
  return { before, after };
}

/** The sample again, as it was before the changed state was confirmed. */
export async function returnToStart(node: FaultNode, { before }: Ends): Promise<void> {
  await pushWell(node, deploymentOf(node, sampleState, sampleFiles));
  node.sh('rm -rf /var/lib/mlbroute/generations; tar -xf /run/record.tar -C /');
  // A folder that the change made stays while mlbroute stays.
  node.sh('rmdir /etc/systemd/networkd.conf.d 2>/dev/null || true');
  expect(wholeStateOf(node)).toBe(before);
}

/** Brings a fresh host to the sample, and finds out both ends and the points at which a change of it can be hit. */
export async function learnPoints(
  node: FaultNode,
): Promise<{ readonly ends: Ends; readonly points: readonly FaultPoint[] }> {
  const ends = await learnEnds(node);
  installFaultPoints(node);
  setFault(node, 0, 'kill');
  expect(await pushChange(node, { connect: node.enter, confirmWithinS: 20 })).toMatchObject({ status: 'changed' });
  const points = passedPoints(node);
  await returnToStart(node, ends);
  return { ends, points };
}

/** Sets a fault at each of the points in turn and pushes: the outcome must be one the table names, and true. Gives how often each was. */
export async function sweep(
  node: FaultNode,
  ends: Ends,
  {
    id,
    points,
    fault,
    connect,
  }: { readonly id: FaultId; readonly points: readonly FaultPoint[]; readonly fault: Fault; readonly connect: Connect },
): Promise<void> {
  expect(points.length).toBeGreaterThan(0);
  const said: HostOutcome['status'][] = [];
  for (const { number, phase, command } of points) {
    setFault(node, number, fault);
    const confirmWithinS = 20;
    const outcome = await pushChange(node, { connect, confirmWithinS });
    await expectTruth(node, ends, { id, outcome, confirmWithinS, where: `${number} ${phase} ${command}` });
    said.push(outcome.status);
    if (outcome.status === 'changed') await returnToStart(node, ends);
  }
  tell(id, said);
}

/** Prints a row of the table as it was seen. */
export function tell(id: FaultId, said: readonly HostOutcome['status'][]): void {
  const counts = [...new Set(said)].map((status) => `${said.filter((each) => each === status).length} ${status}`);
  process.stderr.write(`${titleOf(id)}: ${counts.length === 0 ? rowOf(id).end : counts.join(', ')}\n`);
}

/** Pushes the changed state while a fault is set. */
export async function pushChange(node: FaultNode, wish: PushWish): Promise<HostOutcome> {
  const usual = withFaultMarks(surroundingsOf(wish.connect));
  const surroundings = wish.surroundings?.(usual) ?? usual;
  return pushDeployment(changeOf(node, wish.alter), surroundings, wish.confirmWithinS);
}

/** A push as `mlbroute push` makes it of one host. */
export async function pushDeployment(
  deployment: Deployment,
  surroundings: Surroundings,
  confirmWithinS: number,
): Promise<HostOutcome> {
  const seen = await look(deployment, 'change', surroundings);
  if (seen.kind !== 'seen') return seen.outcome;
  const id = `t-${randomBytes(6).toString('hex')}`;
  return carryOut(seen, { id, owner: 'somebody', confirmWithinS }, surroundings);
}

/**
 * The promise of every push: at the latest five seconds after its time is over the host can be reached, it is exactly as before or exactly as
 * planned, which of the two the outcome has said, and nothing of the transaction is left.
 */
export async function expectTruth(
  node: FaultNode,
  ends: Ends,
  said: {
    readonly id: FaultId;
    readonly outcome: HostOutcome;
    readonly confirmWithinS: number;
    readonly where?: string;
  },
): Promise<void> {
  const { id, outcome, confirmWithinS } = said;
  const where = `${said.where ?? ''}: ${JSON.stringify(outcome)}`;
  await expectEnd(node, outcome.status === 'changed' ? ends.after : ends.before, { confirmWithinS, where });
  expect(rowOf(id).says, where).toContain(outcome.status);
}

/** The same of a push that nobody has seen the end of. */
export async function expectEnd(
  node: FaultNode,
  end: string,
  { confirmWithinS, where }: { readonly confirmWithinS: number; readonly where: string },
): Promise<void> {
  const lastMs = performance.now() + (confirmWithinS + 5) * 1000;
  while (wholeStateOf(node) !== end && performance.now() < lastMs) await sleep(200);
  expect(wholeStateOf(node), where).toBe(end);
  expect(node.isReachable(), where).toBe(true);
}
