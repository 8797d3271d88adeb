import type { Prepared } from '../deploy/deployment.ts';
import type { Look } from '../deploy/look.ts';
import type { Verified } from '../deploy/verify-host.ts';
import { hiderOf } from '../domain/hide-secrets.ts';
import type { HostName } from '../domain/host.ts';
import type { HostEvent, HostOutcome, Phase } from '../domain/outcome.ts';
import { type EndpointReport, type HostReport, type RunReport, reportPlan, sortHosts } from '../report/run-report.ts';
import type { HostResult } from '../report/summary.ts';
import { withoutSecrets } from '../report/without-secrets.ts';
import { exitCodes } from './exit-codes.ts';
import { type Io, pastBoard } from './io.ts';
import type { ConnectionOptions } from './options.ts';
import { packageVersion } from './package-version.ts';
import { loadWriters, writeReport } from './report-files.ts';

/** Keeps what the files of `--report` will say of a run. Without such files it does nothing. */
export type RunRecord = {
  /** Takes in what happens, and hands it on. */
  readonly follow: (emit: (event: HostEvent) => void) => (event: HostEvent) => void;
  /** Keeps the plan of a host where the look at it brought one, and ends its phase: what waits for other hosts is not slow. */
  readonly saw: <Result extends Look | Verified>(result: Result) => Result;
  /** Writes the files; false where the disk refuses one, which is told by then. */
  readonly write: (ends: readonly HostEnd[], fromHere?: readonly EndpointReport[]) => boolean;
  /** Writes them with what is known by now, for a process that has no more time. */
  readonly writeInterrupted: () => void;
  /** From now on a signal writes the files and ends the process, with a word on what that leaves. Returns what leaves signals to others again. */
  readonly endOnSignal: (leaves?: string) => () => void;
};

/** What a command knows of a host at its end. */
export type HostEnd = Pick<HostReport, 'host' | 'outcome' | 'findings' | 'atReboot'>;

/** The ends of a run that looked: what was found on some hosts, and how it ended for the others. */
export function hostEnds(
  found: readonly Pick<HostReport, 'host' | 'findings' | 'atReboot'>[],
  ended: readonly HostResult[],
): readonly HostEnd[] {
  return [
    ...found.map((each) => ({ ...each, outcome: null })),
    ...ended.map(({ host, outcome }) => ({ host, outcome, findings: null })),
  ];
}

/** What a run is about. */
type Run = {
  readonly command: string;
  readonly hosts: readonly HostName[];
  readonly secrets: () => readonly string[];
  /** How long a host may be left pending; null: nothing is changed. */
  readonly confirmTimeoutS: number | null;
};

/** Begins the record of a run. */
export async function recordRun(
  run: Run,
  { report: files = [], shard }: Pick<ConnectionOptions, 'report' | 'shard'>,
  io: Io,
): Promise<RunRecord> {
  const writers = await loadWriters(files);
  const mlbroute = await packageVersion();
  const startedAt = new Date().toISOString();
  const beganMs = performance.now();
  const times = phaseTimes();
  const plans = new Map<HostName, Prepared>();
  const ended = new Map<HostName, HostOutcome>();
  const write = (ends: readonly HostEnd[], fromHere: readonly EndpointReport[] = []) => {
    if (writers.length === 0) return true;
    const report: RunReport = {
      ...{
        kind: 'mlbroute-report',
        version: 1,
        mlbroute,
        command: run.command,
        startedAt,
        shard: shard ?? null,
        missing: [],
      },
      elapsedMs: Math.round(performance.now() - beganMs),
      hosts: sortHosts(
        ends.map((end) => ({ ...end, plan: planOf(plans.get(end.host)), phasesMs: times.of(end.host) })),
      ),
      fromHere,
    };
    const troubles = writeReport(withoutSecrets(report, hiderOf(run.secrets())), writers);
    for (const trouble of troubles) io.stderr(`error: the report was not written: ${trouble}\n`);
    return troubles.length === 0;
  };
  const writeInterrupted = () =>
    void write(
      run.hosts.map((host) => ({
        ...{ host, findings: null },
        outcome: ended.get(host) ?? fateIn(times.phaseOf(host), run.confirmTimeoutS),
      })),
    );
  return {
    ...{ write, writeInterrupted },
    follow: (emit) => (event) => {
      times.record(event);
      if (event.kind === 'end') ended.set(event.host, event.outcome);
      emit(event);
    },
    saw: (result) => {
      const host = result.deployment.connection.name;
      times.end(host);
      if (result.kind !== 'ended') plans.set(host, result.prepared);
      return result;
    },
    endOnSignal: (leaves = 'Nothing was changed.') =>
      io.onInterrupt((signal) => {
        writeInterrupted();
        io.stderr(`${pastBoard(io)}${signal}: stopped. ${leaves}\n`);
        process.exit(exitCodes.interrupted);
      }),
  };
}

function planOf(prepared: Prepared | undefined): HostReport['plan'] {
  return prepared === undefined ? null : reportPlan(prepared.plan, prepared.manifest?.desired.links ?? []);
}

/** What is said of a host that the end of the process left in a phase. */
function fateIn(phase: Phase | null, confirmTimeoutS: number | null): HostOutcome {
  if (confirmTimeoutS === null || phase === null || phase === 'connect' || phase === 'observe' || phase === 'plan')
    return { status: 'not-started', because: 'interrupted' };
  const because = { kind: 'connection-lost', message: `interrupted while in ${phase}` } as const;
  return { status: 'unknown', because, revertsWithinMs: confirmTimeoutS * 1000 };
}

/** How long each host was in each phase. */
function phaseTimes() {
  const taken = new Map<HostName, Partial<Record<Phase, number>>>();
  const current = new Map<HostName, { readonly phase: Phase; readonly sinceMs: number }>();
  const end = (host: HostName) => {
    const open = current.get(host);
    if (open === undefined) return;
    const phases = taken.get(host) ?? {};
    phases[open.phase] = Math.round((phases[open.phase] ?? 0) + performance.now() - open.sinceMs);
    taken.set(host, phases);
    current.delete(host);
  };
  return {
    end,
    record: (event: HostEvent) => {
      if (event.kind !== 'step') end(event.host);
      if (event.kind === 'phase') current.set(event.host, { phase: event.phase, sinceMs: performance.now() });
    },
    of: (host: HostName): HostReport['phasesMs'] => taken.get(host) ?? {},
    phaseOf: (host: HostName): Phase | null => current.get(host)?.phase ?? null,
  };
}
