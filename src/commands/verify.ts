import { verifyHost } from '../deploy/verify-host.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { tellFindings } from './audit.ts';
import { exitCodes } from './exit-codes.ts';
import { askFromHere } from './from-here.ts';
import type { Io } from './io.ts';
import type { ConnectionOptions } from './options.ts';
import { load, onEach, openReporter, tellSummary } from './session.ts';
import { realSurroundings } from './surroundings.ts';

/** What `mlbroute verify` is asked for. */
export type VerifyOptions = ConnectionOptions & {
  /** What to connect to from this machine after the nodes were asked. */
  readonly fromHere: readonly Endpoint[];
};

/** `mlbroute verify`: the state is as described, and the running kernel sends replies the right way. Exit code 2 where not, 1 where a host could not be asked. */
export async function verify(options: VerifyOptions, io: Io): Promise<number> {
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  const beganMs = performance.now();
  const deployments = loaded.value.hosts.map(({ deployment }) => deployment);
  const reporter = await openReporter(deployments, ['connect', 'observe', 'plan', 'verify'], options, io);
  const surroundings = await realSurroundings(io, options.acceptNew, reporter.emit);
  const results = await onEach(deployments, options.forks, (deployment) => verifyHost(deployment, surroundings), {
    emit: reporter.emit,
    endOf: (result) => (result.kind === 'ended' ? result : null),
  });
  await reporter.close();

  const found = results.flatMap((result) =>
    result.kind === 'verified' ? [{ host: result.deployment.connection.name, findings: result.findings }] : [],
  );
  const ended = results.flatMap((result) =>
    result.kind === 'ended' ? [{ host: result.deployment.connection.name, outcome: result.outcome }] : [],
  );
  tellFindings(found, 'Verify', options, io);
  const isReached = await askFromHere(options.fromHere, options.output, io);
  if (ended.length > 0) {
    tellSummary(ended, 'verify', beganMs, options, io);
    return 1;
  }
  return isReached && found.every(({ findings }) => findings.length === 0) ? 0 : exitCodes.differences;
}
