import type { Finding } from '../domain/change.ts';
import type { HostName } from '../domain/host.ts';
import { findingsOf } from '../plan/findings.ts';
import { formatFindings } from '../report/findings-text.ts';
import { findingsLine } from '../report/ndjson.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { ConnectionOptions } from './options.ts';
import { load, lookAtAll, openReporter, tellSummary } from './session.ts';
import { realSurroundings } from './surroundings.ts';

/** `mlbroute audit`: desired × persisted × recorded × running, read-only. Exit code 2 where something differs, 1 where a host could not be asked. */
export async function audit(options: ConnectionOptions, io: Io): Promise<number> {
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  const beganMs = performance.now();
  const deployments = loaded.value.hosts.map(({ deployment }) => deployment);
  const reporter = await openReporter(deployments, ['connect', 'observe', 'plan'], options, io);
  const looks = await lookAtAll(
    deployments,
    options.forks,
    await realSurroundings(io, options.acceptNew, reporter.emit),
  );
  await Promise.all(looks.map(async (result) => result.kind === 'seen' && result.session.close()));
  await reporter.close();

  const found = looks.flatMap((result) =>
    result.kind === 'seen'
      ? [{ host: result.deployment.connection.name, findings: findingsOf(result.prepared.plan, result.observed) }]
      : [],
  );
  const ended = looks.flatMap((result) =>
    result.kind === 'ended' ? [{ host: result.deployment.connection.name, outcome: result.outcome }] : [],
  );
  tellFindings(found, 'Audit', options, io);
  if (ended.length > 0) {
    tellSummary(ended, 'audit', beganMs, options, io);
    return 1;
  }
  return found.every(({ findings }) => findings.length === 0) ? 0 : exitCodes.differences;
}

/** Prints findings as the user wants them. */
export function tellFindings(
  found: readonly { readonly host: HostName; readonly findings: readonly Finding[] }[],
  title: 'Audit' | 'Verify',
  options: ConnectionOptions,
  io: Io,
): void {
  if (options.output === 'json') for (const { host, findings } of found) io.stdout(findingsLine(host, findings));
  else if (found.length > 0) io.stdout(formatFindings(found, { title, color: io.color }));
}
