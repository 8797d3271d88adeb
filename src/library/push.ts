import { exitCodes } from '../commands/exit-codes.ts';
import { push as pushCommand } from '../commands/push.ts';
import type { HostPlan } from '../domain/change.ts';
import type { HostName } from '../domain/host.ts';
import type { HostEvent, HostOutcome } from '../domain/outcome.ts';
import type { Portion } from '../domain/portion.ts';
import { InputError } from './input-error.ts';
import { commandOptions, type HostOptions } from './options.ts';
import { silentIo } from './silent-io.ts';

export type PushOptions = HostOptions & {
  /** Is asked once with the plans of all hosts that have something to do. Nothing is changed unless it says true. */
  readonly approve: (plans: readonly HostPlan[]) => boolean | Promise<boolean>;
  /** Hears of every phase, step and end of every host. */
  readonly onEvent?: (event: HostEvent) => void;
  /** Until a host that was not confirmed puts everything back; default 60. */
  readonly confirmTimeoutS?: number;
  /** Sizes of batches, the last one repeated; default: all at once. */
  readonly serial?: readonly Portion[];
  /** How many may fail before no other host is begun; default: none before the next batch. */
  readonly maxFail?: Portion;
};

/** How it ended for each host. `isGood`: for all of them well. */
export type Pushed = {
  readonly isGood: boolean;
  readonly hosts: readonly { readonly host: HostName; readonly outcome: HostOutcome }[];
};

/**
 * Plans every host, asks, then applies, verifies and confirms, each host a transaction of its own that undoes itself where it goes wrong. Throws an
 * {@link InputError} before any host is asked; trouble of hosts is their outcome.
 */
export async function push(options: PushOptions): Promise<Pushed> {
  const { approve, onEvent = () => {}, confirmTimeoutS = 60, serial = [], maxFail = null, ...source } = options;
  const { io, said } = silentIo(source);
  const ends = new Map<HostName, HostOutcome>();
  const asked: HostName[] = [];
  const exitCode = await pushCommand(
    {
      ...commandOptions(source),
      ...{ confirmTimeoutS, serial, maxFail },
      ...{ yes: false, check: false, diff: false, planFile: null, retry: null },
    },
    io,
    {
      hear: (event) => {
        if (event.kind === 'end') ends.set(event.host, event.outcome);
        onEvent(event);
      },
      agree: async (plans) => {
        asked.push(...plans.map(({ host }) => host));
        return approve(plans);
      },
    },
  );
  if (exitCode === exitCodes.badInput) throw new InputError(said());
  const refused = { status: 'not-started', because: 'nobody agreed to the plan' } as const;
  const hosts = [...new Set([...ends.keys(), ...asked])].map((host) => ({ host, outcome: ends.get(host) ?? refused }));
  return { isGood: exitCode === 0, hosts };
}
