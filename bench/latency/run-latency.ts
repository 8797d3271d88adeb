import type { Work } from '../contenders/contender.ts';
import { putAllBack } from '../fleet/host-state.ts';
import { startFleet } from '../fleet/start-fleet.ts';
import { measure } from '../measure.ts';
import { type ContenderName, contendersOn, prepareWork } from '../run-comparison.ts';
import { farFleet } from './far-fleet.ts';

/** One run over a way of so many milliseconds. */
export type FarRun = {
  readonly contender: string;
  readonly work: Work;
  readonly oneWayMs: number;
  readonly wallMs: number;
};

/** Only what a push waits for is asked here; an audit waits as a push does where nothing is to do. */
const farWorks = ['changing push', 'unchanged push'] as const satisfies readonly Work[];

/** Lets the contenders do their work on hosts that are far away, all hosts at once. */
export async function runLatency(options: {
  readonly hosts: number;
  readonly delaysMs: readonly number[];
  readonly contenders: readonly ContenderName[];
  readonly root: string;
  readonly tell: (run: FarRun) => void;
}): Promise<readonly FarRun[]> {
  const fleet = await startFleet(options.hosts);
  const runs: FarRun[] = [];
  try {
    const work = await prepareWork(fleet, options.root);
    for (const oneWayMs of options.delaysMs) {
      const far = await farFleet(fleet, oneWayMs);
      for (const contender of contendersOn(far, work, options)) {
        putAllBack(fleet);
        for (const each of farWorks) {
          const { exitCode, wallMs, said } = await measure(far, contender.command(each));
          contender.tidy();
          if (exitCode !== 0) throw new Error(`${contender.name}: ${each} exited ${exitCode}:\n${said.slice(-2000)}`);
          const run = { contender: contender.name, work: each, oneWayMs, wallMs };
          options.tell(run);
          runs.push(run);
        }
      }
      far.stop();
    }
    return runs;
  } finally {
    fleet.stop();
  }
}
