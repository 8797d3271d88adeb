import { readHosts } from '../commands/read-hosts.ts';
import { type HostPlan, isUnchanged } from '../domain/change.ts';
import type { HostName } from '../domain/host.ts';
import type { HostOutcome } from '../domain/outcome.ts';
import { InputError } from './input-error.ts';
import { commandOptions, type HostOptions } from './options.ts';
import { silentIo } from './silent-io.ts';

/** What a push would do on one host, or why nobody can tell. */
export type Planned =
  | { readonly host: HostName; readonly isUnchanged: boolean; readonly plan: HostPlan }
  | { readonly host: HostName; readonly outcome: HostOutcome };

/** Looks at every host and plans a push; changes nothing. Throws an {@link InputError}. */
export async function plan(options: HostOptions): Promise<readonly Planned[]> {
  const { io, said } = silentIo(options);
  const reading = await readHosts('plan', commandOptions(options), io);
  if (reading === null) throw new InputError(said());
  const planned = reading.seen.map(({ prepared }): Planned => {
    const { plan: each } = prepared;
    return { host: each.host, isUnchanged: isUnchanged(each), plan: each };
  });
  return [...planned, ...reading.ended];
}
