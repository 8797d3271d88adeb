import { execFileSync } from 'node:child_process';
import type { HostPlan } from '../src/domain/change.ts';
import { compare, type Run } from './compare.ts';
import { ansible } from './contenders/ansible.ts';
import type { Contender } from './contenders/contender.ts';
import { floor } from './contenders/floor.ts';
import { mlbroute, planOf, pushUnmeasured } from './contenders/mlbroute.ts';
import { readKernel } from './contenders/playbook.ts';
import { putAllBack, statesOf } from './fleet/host-state.ts';
import { type BenchFleet, startFleet } from './fleet/start-fleet.ts';

/** Those that take part, by name. */
export const contenderNames = ['mlbroute', 'ansible', 'mitogen', 'floor'] as const;
export type ContenderName = (typeof contenderNames)[number];

/** Starts a fleet of so many hosts and lets the contenders do their work there. `root` is the folder of the package, built. */
export async function runComparison(options: {
  readonly hosts: number;
  readonly rounds: number;
  readonly contenders: readonly ContenderName[];
  readonly root: string;
  readonly tell: (run: Run) => void;
}): Promise<readonly Run[]> {
  const { root, rounds, tell } = options;
  const fleet = await startFleet(options.hosts);
  try {
    const before = statesOf(fleet);
    const work = await prepareWork(fleet, root);
    const truth = { before, after: work.after };
    return await compare(fleet, contendersOn(fleet, work, options), { rounds, truth, tell });
  } finally {
    fleet.stop();
  }
}

/** What all contenders are given to do. */
export type GivenWork = {
  readonly plan: HostPlan;
  /** What `readKernel` tells on a host that is as described. */
  readonly expected: string;
  /** The states of all hosts that are as described. */
  readonly after: readonly string[];
};

/** Finds out what there is to do, by a push that nobody measures; all hosts are as before then. */
export async function prepareWork(fleet: BenchFleet, root: string): Promise<GivenWork> {
  const plan = planOf(fleet, root);
  await pushUnmeasured(fleet, root);
  const work = { plan, expected: kernelOf(fleet), after: statesOf(fleet) };
  putAllBack(fleet);
  return work;
}

/** Makes the contenders that are wanted. */
export function contendersOn(
  fleet: BenchFleet,
  { plan, expected }: GivenWork,
  { contenders, root }: { readonly contenders: readonly ContenderName[]; readonly root: string },
): readonly Contender[] {
  const make: { readonly [name in ContenderName]: () => Contender } = {
    mlbroute: () => mlbroute(fleet, root),
    ansible: () => ansible(fleet, { plan, expected, strategy: 'linear' }),
    mitogen: () => ansible(fleet, { plan, expected, strategy: 'mitogen_linear' }),
    floor: () => floor(fleet, root, plan),
  };
  return contenders.map((name) => make[name]());
}

/** The kernel of a host that is as described. */
function kernelOf(fleet: BenchFleet): string {
  const [command = '', ...args] = [...fleet.onHost('n1'), 'sh', '-c', readKernel];
  return execFileSync(command, args, { encoding: 'utf8' }).trimEnd();
}
