import type { Deployment } from '../deploy/deployment.ts';
import { hasNothingToDo, isConnectionGone } from '../deploy/look.ts';
import { rollOut } from '../deploy/rollout.ts';
import type { Needs } from '../domain/check-up.ts';
import { describeFailure, type Failure, type HostOutcome } from '../domain/outcome.ts';
import type { KnownHost } from '../transport/known-hosts.ts';
import type { LookAt } from './apply-host.ts';
import { checkStrangers } from './check-strangers.ts';
import { createFirstSteps, type FirstStep } from './first-steps.ts';
import type { Io } from './io.ts';
import { openContact } from './open-contact.ts';
import type { RolloutOptions } from './options.ts';
import { trustKeys } from './trust-keys.ts';

/** A host that may never have been touched, and what a push needs there. */
export type Guest = { readonly deployment: Deployment; readonly needs: Needs };

/** What a look at a host came to; `new`: there is something to do, and no record of an earlier push. */
type Found =
  | { readonly kind: 'settled'; readonly outcome: HostOutcome }
  | { readonly kind: 'trouble'; readonly outcome: HostOutcome; readonly because: Failure }
  | { readonly kind: 'known' | 'new' };

type Visit = Guest & { readonly found: Found };

/** The host after the first contact; `outcome` null: a push may go on with it. */
export type Met = { readonly deployment: Deployment; readonly outcome: HostOutcome | null };

export type MeetOptions = Pick<RolloutOptions, 'acceptNew' | 'forks' | 'output' | 'yes'> & {
  /** Install what a push needs and a host has not. */
  readonly install: boolean;
  /** Write a file of sudoers that spares the password. */
  readonly sudoers: boolean;
  /** The keys that hosts may show; null: a person is asked. */
  readonly trusted: readonly KnownHost[] | null;
  readonly lookAt: LookAt;
};

/** Over a chain of jump hosts each key is shown only once the one before it is trusted. */
const mostRounds = 9;

/**
 * Looks at all hosts once, then goes with those that do not let us in from step to step: their keys, a key of ours, sudo, what must be there.
 * Each question is asked once for all of them. `typed`: the passwords that were.
 */
export async function meetHosts(guests: readonly Guest[], options: MeetOptions, io: Io) {
  const contact = await openContact(options, io);
  const steps = createFirstSteps(contact, options, io);

  const look = async (guest: Guest): Promise<Visit> => {
    const seen = await options.lookAt(guest.deployment, contact.surroundings);
    if (seen.kind === 'ended') return { ...guest, found: foundBy(seen.outcome) };
    await seen.session.close();
    if (hasNothingToDo(seen)) return { ...guest, found: { kind: 'settled', outcome: { status: 'unchanged' } } };
    return { ...guest, found: { kind: seen.observed.recorded === null ? 'new' : 'known' } };
  };
  /** Does something with those that are meant; the others stay as they are. */
  const onThose = (
    visits: readonly Visit[],
    isMeant: (visit: Visit) => boolean,
    work: (visit: Visit) => Promise<Visit>,
  ) => rollOut(visits, options.forks, async (visit) => (isMeant(visit) ? work(visit) : visit));
  const takeStep = (visits: readonly Visit[], against: Failure['kind'], step: FirstStep) =>
    onThose(visits, hasTrouble(against), async (visit) => {
      const { deployment } = visit;
      const taken = await step(deployment.connection);
      if (!taken.ok) return { ...visit, found: endedBy(taken.error) };
      if (taken.value === null) return visit;
      const { connection, inVain } = taken.value;
      // The look proves the step.
      const after = await look({ ...visit, deployment: { ...deployment, connection } });
      const again = after.found.kind === 'trouble' ? after.found.because : null;
      if (inVain === null || again?.kind !== against) return after;
      return { ...after, found: endedBy(inVain(describeFailure(again))) };
    });

  let visits = await onThose(
    guests.map((guest): Visit => ({ ...guest, deployment: steps.arrive(guest.deployment), found: { kind: 'new' } })),
    () => true,
    look,
  );
  for (let round = 0; round < mostRounds; round++) {
    const keys = contact.takeUnknownKeys();
    const verdicts = await trustKeys(keys, { trusted: options.trusted, mayAsk: io.isInputTty && !options.yes }, io);
    if (verdicts.size === 0) break;
    visits = await onThose(visits, hasTrouble('host-key'), async (visit) => {
      const verdict = verdicts.get(visit.deployment.connection.name);
      if (verdict === undefined) return visit;
      if (verdict.isTrusted) return look(visit);
      return { ...visit, found: endedBy({ kind: 'host-key', message: verdict.why }) };
    });
  }
  visits = await takeStep(visits, 'auth', steps.giveKey);
  steps.tell();
  visits = await takeStep(visits, 'become', steps.giveSudo);
  steps.tell();

  const strangers = visits.filter(isStrange);
  const ends = await checkStrangers(strangers, contact, options, io);
  const hosts = visits.map(({ deployment, found }): Met => {
    const end = ends.get(deployment.connection.name);
    if (end !== undefined) return { deployment, outcome: end };
    return { deployment, outcome: 'outcome' in found ? found.outcome : null };
  });
  return { hosts, typed: steps.typed() };
}

function foundBy(outcome: HostOutcome): Found {
  return 'because' in outcome && typeof outcome.because !== 'string'
    ? { kind: 'trouble', outcome, because: outcome.because }
    : { kind: 'settled', outcome };
}

/** Trouble that no later step can end. */
function endedBy(because: Failure): Found {
  const isWay = ['auth', 'host-key'].includes(because.kind) || isConnectionGone(because);
  return { kind: 'settled', outcome: { status: isWay ? 'unreachable' : 'failed', because } };
}

function hasTrouble(kind: Failure['kind']): (visit: Visit) => boolean {
  return ({ found }) => found.kind === 'trouble' && found.because.kind === kind;
}

/** We are in, but never pushed there, or something stands against it: a check-up can tell. */
function isStrange({ found }: Visit): boolean {
  if (found.kind !== 'trouble') return found.kind === 'new';
  return found.outcome.status === 'failed' && !['auth', 'become', 'locked'].includes(found.because.kind);
}
