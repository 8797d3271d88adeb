import { execFileSync } from 'node:child_process';
import { compare, type Run } from './compare.ts';
import { ansible } from './contenders/ansible.ts';
import type { Contender } from './contenders/contender.ts';
import { floor } from './contenders/floor.ts';
import { mlbroute, planOf } from './contenders/mlbroute.ts';
import { readKernel } from './contenders/playbook.ts';
import { putAllBack, statesOf } from './fleet/host-state.ts';
import { type BenchFleet, startFleet } from './fleet/start-fleet.ts';
import { measure } from './measure.ts';

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
    const own = mlbroute(fleet, root);
    const plan = planOf(fleet, root);
    const before = statesOf(fleet);
    // The first push, which nobody measures, says what all of them shall come to.
    const first = await measure(fleet, own.command('changing push'));
    if (first.exitCode !== 0) throw new Error(`the first push exited ${first.exitCode}:\n${first.said}`);
    const truth = { before, after: statesOf(fleet) };
    const expected = kernelOf(fleet);
    putAllBack(fleet);
    const make: { readonly [name in ContenderName]: () => Contender } = {
      mlbroute: () => own,
      ansible: () => ansible(fleet, { plan, expected, strategy: 'linear' }),
      mitogen: () => ansible(fleet, { plan, expected, strategy: 'mitogen_linear' }),
      floor: () => floor(fleet, root, plan),
    };
    return await compare(
      fleet,
      options.contenders.map((name) => make[name]()),
      { rounds, truth, tell },
    );
  } finally {
    fleet.stop();
  }
}

/** The kernel of a host that is as described. */
function kernelOf(fleet: BenchFleet): string {
  const [command = '', ...args] = [...fleet.onHost('n1'), 'sh', '-c', readKernel];
  return execFileSync(command, args, { encoding: 'utf8' }).trimEnd();
}
