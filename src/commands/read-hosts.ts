import type { HostResult } from '../report/summary.ts';
import type { Seen } from './apply-host.ts';
import type { Io } from './io.ts';
import { hostsAtATime } from './open-files.ts';
import type { ConnectionOptions } from './options.ts';
import { type RunRecord, recordRun } from './run-record.ts';
import { type Chosen, load, lookAtAll, openReporter } from './session.ts';
import { realSurroundings } from './surroundings.ts';

/** What a look at every host brought: those that were seen, their connections closed again, and how it ended for the others. */
export type Reading = {
  readonly loaded: Chosen;
  readonly seen: readonly Seen[];
  readonly ended: readonly HostResult[];
  readonly beganMs: number;
  readonly record: RunRecord;
};

/** Looks at every chosen host and changes nothing; for a plan at its actions, too. Null where the inventory is wrong, which is told by then. */
export async function readHosts(
  command: 'audit' | 'plan',
  options: ConnectionOptions,
  io: Io,
): Promise<Reading | null> {
  const loaded = await load(options, io);
  if (!loaded.ok) return null;
  const beganMs = performance.now();
  const deployments = loaded.value.hosts.map(({ deployment }) => deployment);
  const hosts = deployments.map(({ connection }) => connection.name);
  const { secrets } = loaded.value;
  const record = await recordRun({ command, hosts, secrets, confirmTimeoutS: null }, options, io);
  const stopListening = record.endOnSignal();
  const reporter = await openReporter(deployments, ['connect', 'observe', 'plan'], options, io);
  const surroundings = await realSurroundings(io, options.acceptNew, record.follow(reporter.emit));
  const looks = await lookAtAll(
    deployments,
    { forks: hostsAtATime(options, hosts.length, io), isPlan: command === 'plan' },
    surroundings,
    record.saw,
  );
  stopListening();
  await reporter.close();
  return {
    loaded: loaded.value,
    seen: looks.filter((result): result is Seen => result.kind === 'seen'),
    ended: looks.flatMap((result) =>
      result.kind === 'ended' ? [{ host: result.deployment.connection.name, outcome: result.outcome }] : [],
    ),
    beganMs,
    record,
  };
}
