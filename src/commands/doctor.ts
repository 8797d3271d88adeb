import { checkPlan } from '../deploy/check-plan.ts';
import { checkUp } from '../deploy/check-up.ts';
import { rollOut } from '../deploy/rollout.ts';
import type { Needs } from '../domain/check-up.ts';
import { formatCheckUps } from '../report/check-up-text.ts';
import { checkUpLine } from '../report/ndjson.ts';
import type { HostSpec } from '../schema/host-spec.ts';
import type { Session } from '../transport/session.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { loadNodeProgram } from './node-programs.ts';
import { hostsAtATime } from './open-files.ts';
import type { ConnectionOptions } from './options.ts';
import { load } from './session.ts';
import { realSurroundings } from './surroundings.ts';

export type DoctorOptions = Omit<ConnectionOptions, 'progress'>;

/** `mlbroute doctor`: the way to each host step by step, and what a push needs there; read-only. Exit code 1 where a push would not do. */
export async function doctor(options: DoctorOptions, io: Io): Promise<number> {
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  const surroundings = await realSurroundings(io, options.acceptNew, () => {});
  const program = await loadNodeProgram('doctor');
  const wallClockS = () => Date.now() / 1000;
  const forks = hostsAtATime(options, loaded.value.hosts.length, io);
  const hosts = await rollOut(loaded.value.hosts, forks, async ({ name, wants, deployment }) => {
    const lastStep = (session: Session) => checkPlan(deployment, session, surroundings);
    const means = { ...surroundings, program, wallClockS, lastStep };
    const checks = await checkUp(deployment.connection, needsOf(wants.spec), means);
    if (options.output === 'json') io.stdout(checkUpLine(name, checks));
    return { host: name, checks };
  });
  if (options.output === 'text') io.stdout(formatCheckUps(hosts, { color: io.color, columns: io.resultColumns() }));
  return hosts.some(({ checks }) => checks.some(({ verdict }) => verdict === 'trouble')) ? 1 : 0;
}

/** What these networks ask of their host. */
export function needsOf({ networks, netfilter }: Pick<HostSpec, 'networks' | 'netfilter'>): Needs {
  const uses = (returnPath: HostSpec['networks'][number]['returnPath']) =>
    networks.some((network) => network.returnPath === returnPath);
  return {
    vlan: networks.some(({ link }) => link.kind === 'vlan'),
    marks: uses('mark') ? 'yes' : uses('auto') ? 'perhaps' : 'no',
    netfilter,
  };
}
