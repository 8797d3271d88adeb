import { lookAhead } from '../deploy/look-ahead.ts';
import { ok } from '../domain/result.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import type { LookAt } from './apply-host.ts';
import { changeHosts } from './change-hosts.ts';
import { tellDoubts } from './compare-hosts.ts';
import { needsOf } from './doctor.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { type MeetOptions, meetHosts } from './meet-hosts.ts';
import { hostsAtATime } from './open-files.ts';
import type { RolloutOptions } from './options.ts';
import { load } from './session.ts';
import { readHostKeys } from './trust-keys.ts';

export type BootstrapOptions = RolloutOptions &
  Pick<MeetOptions, 'install' | 'sudoers'> & {
    readonly diff: boolean;
    /** A file of host keys that are trusted, in the form of known_hosts; null: a person is asked. */
    readonly hostKeys: string | null;
  };

/**
 * `mlbroute bootstrap`: makes hosts that were never touched ready step by step, then pushes. A host that is as it should be is looked at
 * once and left alone.
 */
export async function bootstrap(options: BootstrapOptions, io: Io): Promise<number> {
  const trusted = options.hostKeys === null ? ok(null) : await readHostKeys(options.hostKeys);
  if (!trusted.ok) {
    io.stderr(formatDiagnostics(trusted.error, () => null));
    return exitCodes.badInput;
  }
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  const { hosts, ofAllShards, waves, secrets } = loaded.value;
  tellDoubts(ofAllShards, io);
  const guests = hosts.map(({ deployment, wants }) => ({ deployment, needs: needsOf(wants.spec) }));
  const lookAt: LookAt = (deployment, there) => lookAhead(deployment, 'change', there);
  const forks = hostsAtATime(options, hosts.length, io);
  const met = await meetHosts(guests, { ...options, forks, trusted: trusted.value, lookAt }, io);

  const endOf = new Map(met.hosts.map(({ deployment, outcome }) => [deployment.connection.name, outcome]));
  const choice = {
    deployments: met.hosts.map(({ deployment }) => deployment),
    waves,
    lookAt: async (...[deployment, there]: Parameters<LookAt>) => {
      const outcome = endOf.get(deployment.connection.name) ?? null;
      return outcome === null ? lookAt(deployment, there) : ({ kind: 'ended', deployment, outcome } as const);
    },
    secrets: () => [...secrets(), ...met.typed.map((each) => each.reveal())],
  };
  return changeHosts(choice, { ...options, check: false, words: wordsOf(options), question: 'Push to' }, io);
}

/** The command as it is typed, for one to type next. */
function wordsOf({ hostKeys, acceptNew, install, sudoers }: BootstrapOptions): readonly [string, ...string[]] {
  return [
    'bootstrap',
    ...(hostKeys === null ? [] : ['--host-keys', hostKeys]),
    ...(acceptNew ? ['--accept-new'] : []),
    ...(install ? ['--install'] : []),
    ...(sudoers ? ['--sudoers'] : []),
  ];
}
