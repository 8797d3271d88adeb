import type { Deployment } from '../deploy/deployment.ts';
import { verifyHost } from '../deploy/verify-host.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { tellFindings } from './audit.ts';
import { exitCodes } from './exit-codes.ts';
import { askFromHere } from './from-here.ts';
import type { Io } from './io.ts';
import type { ConnectionOptions } from './options.ts';
import { hostEnds, recordRun } from './run-record.ts';
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
  const hosts = deployments.map(({ connection }) => connection.name);
  const { secrets } = loaded.value;
  const record = await recordRun({ command: 'verify', hosts, secrets, confirmTimeoutS: null }, options, io);
  const stopListening = record.endOnSignal();
  const reporter = await openReporter(deployments, ['connect', 'observe', 'plan', 'verify'], options, io);
  const surroundings = await realSurroundings(io, options.acceptNew, record.follow(reporter.emit));
  const verifyOne = async (deployment: Deployment) => record.saw(await verifyHost(deployment, surroundings));
  const results = await onEach(deployments, options.forks, verifyOne, {
    emit: surroundings.emit,
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
  const answers = await askFromHere(options.fromHere, options.output, io);
  stopListening();
  const isReported = record.write(hostEnds(found, ended), answers);
  if (ended.length > 0) {
    tellSummary(ended, 'verify', beganMs, options, io);
    return 1;
  }
  if (!isReported) return 1;
  const isReached = answers.every(({ trouble }) => trouble === null);
  return isReached && found.every(({ findings }) => findings.length === 0) ? 0 : exitCodes.differences;
}
