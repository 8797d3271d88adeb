import type { Surroundings } from '../deploy/deployment.ts';
import { troubleAtGate } from '../deploy/gate.ts';
import { type Batch, rollOut, rollOutBatches } from '../deploy/rollout.ts';
import { cutWaves } from '../deploy/waves.ts';
import type { HostName } from '../domain/host.ts';
import type { HostEvent } from '../domain/outcome.ts';
import type { Wave } from '../domain/wave.ts';
import { isBad } from '../report/outcome-text.ts';
import type { Reporter } from '../report/reporter.ts';
import { applyHost, type Ended, type HostWork, type LookAt, type Seen, skipHost } from './apply-host.ts';
import { followHosts } from './in-flight.ts';
import { listenForInterrupts } from './interrupts.ts';
import type { Io } from './io.ts';
import type { Journal } from './journal.ts';
import type { RolloutOptions } from './options.ts';
import type { RunRecord } from './run-record.ts';
import { openReporter } from './session.ts';
import { sourceWords } from './source-words.ts';

/** What went before in the same run, and how it goes on. */
export type RunSoFar = {
  readonly surroundings: Surroundings;
  /** All hosts of the run, those that have ended already among them. */
  readonly hosts: readonly HostName[];
  /** Those of them that have failed. */
  readonly failed: readonly HostName[];
  readonly waves: readonly Wave[];
  /** How a host is looked at anew where time has passed since its plan was shown. */
  readonly lookAt: LookAt;
  /** Hosts whose session is still open since they were looked at. */
  readonly kept: ReadonlySet<Seen>;
  /** Null: this run is not written down. */
  readonly journal: Journal | null;
  /** What reports will say of it. */
  readonly record: Pick<RunRecord, 'writeInterrupted'>;
  /** Has everybody hear what happens: this listener, and those of the whole run. */
  readonly tell: (emit: (event: HostEvent) => void) => (event: HostEvent) => void;
};

/** How it ended. `isGood` is false where a look between batches found trouble, though every host was confirmed. */
export type Applied = { readonly ended: readonly Ended[]; readonly isInterrupted: boolean; readonly isGood: boolean };

/**
 * Carries out all plans, batch after batch: between two of them the one that is done is looked at again, and too many failures stop the run.
 * The first signal lets hosts at work come to their end and starts no more; the second ends the process at once.
 */
export async function applyAll(
  busy: readonly Seen[],
  options: RolloutOptions,
  io: Io,
  run: RunSoFar,
): Promise<Applied> {
  const { serial, maxFail } = options;
  const batches = cutWaves(busy, ({ deployment }) => deployment.connection.name, { ...run, serial, maxFail });
  const fresh = await closeTheRest(batches, run.kept);
  const deployments = busy.map(({ deployment }) => deployment);
  const reporter = await openReporter(deployments, ['apply', 'verify', 'confirm'], options, io);
  const inFlight = followHosts(options.confirmTimeoutS, run.surroundings.now);
  const audit = ['mlbroute', 'audit', ...sourceWords(options)];
  const interrupts = listenForInterrupts(io, {
    ...{ inFlight, note: reporter.note, command: audit },
    beforeEnd: run.record.writeInterrupted,
  });
  const emit = run.tell((event) => {
    inFlight.record(event);
    reporter.emit(event);
  });
  const workOn = (seen: Seen): HostWork => ({
    surroundings: { ...run.surroundings, emit },
    confirmTimeoutS: options.confirmTimeoutS,
    lookAgain: fresh.has(seen) ? null : run.lookAt,
    journal: run.journal,
  });
  let isGood = true;

  const ended = await rollOutBatches(batches, {
    forks: options.forks,
    work: (seen) => applyHost(seen, workOn(seen)),
    skip: (seen, because) => skipHost(seen, because, workOn(seen)),
    isBad: ({ outcome }) => isBad(outcome),
    interruption: () => (interrupts.isInterrupted() ? 'interrupted' : null),
    beginBatch: (batch, index) => {
      const hosts = batch.map(({ deployment }) => deployment.connection.name);
      if (batches.length > 1) reporter.emitRun({ kind: 'batch', number: index + 1, of: batches.length, hosts });
    },
    gate: async (batch, index) => {
      const troubles = await troublesOf(batch, options.forks, run.surroundings);
      if (troubles.length > 0) isGood = false;
      reporter.emitRun({ kind: 'gate', batch: index + 1, troubles });
      return troubles.length;
    },
  });
  interrupts.stop();
  tellOfStop(ended, reporter);
  await reporter.close();
  return { ended, isInterrupted: interrupts.isInterrupted(), isGood };
}

/** Only what starts at once keeps its session: nobody knows how long a question stands, or the batches before a batch take. */
async function closeTheRest(batches: readonly Batch<Seen>[], kept: ReadonlySet<Seen>): Promise<ReadonlySet<Seen>> {
  const fresh = new Set(batches[0]?.items.filter((seen) => kept.has(seen)));
  const others = [...kept].filter((seen) => !fresh.has(seen));
  await Promise.all(others.map(({ session }) => session.close()));
  return fresh;
}

async function troublesOf(batch: readonly Ended[], forks: number, surroundings: Surroundings) {
  const confirmed = batch.filter(({ outcome }) => outcome.status === 'changed');
  const looks = await rollOut(confirmed, forks, async ({ deployment }) => ({
    host: deployment.connection.name,
    findings: await troubleAtGate(deployment, surroundings),
  }));
  return looks.filter(({ findings }) => findings.length > 0);
}

function tellOfStop(ended: readonly Ended[], reporter: Reporter): void {
  const left = ended.flatMap(({ deployment, outcome }) =>
    outcome.status === 'not-started' ? [{ host: deployment.connection.name, because: outcome.because }] : [],
  );
  const [first] = left;
  if (first !== undefined)
    reporter.emitRun({ kind: 'stop', because: first.because, hosts: left.map(({ host }) => host) });
}
