import type { Deployment, Surroundings } from '../deploy/deployment.ts';
import type { CaptureWish } from '../deploy/probe.ts';
import { type Verified, verifyHost } from '../deploy/verify-host.ts';
import { verifyOverReboot } from '../deploy/verify-over-reboot.ts';
import type { Endpoint } from '../domain/endpoint.ts';
import { count } from '../report/count.ts';
import { tellFindings } from './audit.ts';
import { captureTogether, tellCaptured } from './capture.ts';
import { exitCodes } from './exit-codes.ts';
import { askFromHere, tellFromHere } from './from-here.ts';
import { hookOf } from './hook.ts';
import type { Io } from './io.ts';
import { hostsAtATime } from './open-files.ts';
import type { ConnectionOptions } from './options.ts';
import { hostEnds, recordRun } from './run-record.ts';
import { load, onEach, openReporter, tellSummary } from './session.ts';
import { realSurroundings } from './surroundings.ts';

/** What `mlbroute verify` is asked for. */
export type VerifyOptions = ConnectionOptions & {
  /** What to connect to from this machine after the nodes were asked. */
  readonly fromHere: readonly Endpoint[];
  /** How many seconds every node watches what passes it; missing: none does. */
  readonly captureS?: number;
  /** Restarts the nodes one by one, and verifies each again; missing: none is restarted. */
  readonly reboot?: RebootWish;
};

/** How nodes are restarted. The commands are for a shell of this machine; null: none. */
type RebootWish = {
  readonly timeoutS: number;
  readonly before: string | null;
  readonly after: string | null;
  /** True: without a question. */
  readonly yes: boolean;
};

/** `mlbroute verify`: the state is as described, and the running kernel sends replies the right way. Exit code 2 where not, 1 where a host could not be asked. */
export async function verify(options: VerifyOptions, io: Io): Promise<number> {
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  if (options.reboot !== undefined && !(await mayReboot(loaded.value.hosts.length, options.reboot, io)))
    return io.isInputTty ? exitCodes.interrupted : exitCodes.usage;
  const beganMs = performance.now();
  const deployments = loaded.value.hosts.map(({ deployment }) => deployment);
  const hosts = deployments.map(({ connection }) => connection.name);
  const { secrets } = loaded.value;
  const record = await recordRun({ command: 'verify', hosts, secrets, confirmTimeoutS: null }, options, io);
  const stopListening = record.endOnSignal(
    options.reboot === undefined ? undefined : 'A node may be on its way through a restart.',
  );
  const reporter = await openReporter(deployments, ['connect', 'observe', 'plan', 'verify'], options, io);
  const surroundings = await realSurroundings(io, options.acceptNew, record.follow(reporter.emit));
  const { captureS, fromHere } = options;
  const capture = captureS === undefined ? null : captureTogether(deployments.length, captureS);
  const forks = hostsAtATime(options, deployments.length, io);
  const results = verifyAll(
    deployments,
    { ...options, forks },
    { surroundings, saw: record.saw, capture: capture?.wish ?? null },
  );
  // Answers are of use to a capture while it lasts; without any, after all else.
  const asked = Promise.race([...(capture === null ? [] : [capture.begun]), results]).then(() => askFromHere(fromHere));
  const verified = await results;
  await reporter.close();

  const found = verified.flatMap((result) =>
    result.kind === 'verified' ? [{ host: result.deployment.connection.name, findings: result.findings }] : [],
  );
  const ended = verified.flatMap((result) =>
    result.kind === 'ended' ? [{ host: result.deployment.connection.name, outcome: result.outcome }] : [],
  );
  tellFindings(found, 'Verify', options, io);
  tellCaptured(verified, options.output, io);
  const answers = tellFromHere(await asked, options.output, io);
  stopListening();
  const isReported = record.write(hostEnds(found, ended), answers);
  if (ended.length > 0) {
    tellSummary({ results: ended, hostCount: hosts.length, words: ['verify'], beganMs }, options, io);
    return 1;
  }
  if (!isReported) return 1;
  const isReached = answers.every(({ trouble }) => trouble === null);
  return isReached && found.every(({ findings }) => findings.length === 0) ? 0 : exitCodes.differences;
}

/** All at once, or where they are restarted one after the other: the first one in trouble is the last. */
async function verifyAll(
  deployments: readonly Deployment[],
  { forks, reboot }: VerifyOptions,
  run: {
    readonly surroundings: Surroundings;
    readonly saw: (result: Verified) => Verified;
    readonly capture: CaptureWish | null;
  },
): Promise<readonly Verified[]> {
  const { surroundings, saw, capture } = run;
  let stopped = false;
  const verifyOne = async (deployment: Deployment): Promise<Verified> => {
    if (reboot === undefined) return saw(await verifyHost(deployment, surroundings, capture));
    if (stopped) {
      const because = 'a node before it is in trouble';
      return { kind: 'ended', deployment, outcome: { status: 'not-started', because } };
    }
    const { timeoutS, before, after } = reboot;
    const hooks = { timeoutS, before: hookOf(before, 'before'), after: hookOf(after, 'after') };
    const result = await verifyOverReboot(deployment, hooks, surroundings);
    stopped = result.kind === 'ended' || result.findings.length > 0;
    return saw(result);
  };
  return onEach(deployments, reboot === undefined ? forks : 1, verifyOne, {
    emit: surroundings.emit,
    endOf: (result) => (result.kind === 'ended' ? result : null),
  });
}

async function mayReboot(hosts: number, { yes }: RebootWish, io: Io): Promise<boolean> {
  if (yes) return true;
  if (io.isInputTty) return io.confirm(`Restart ${count(hosts, 'node')}, one after the other?`);
  io.stderr('Nothing was restarted: without a terminal to ask on, say --yes.\n');
  return false;
}
