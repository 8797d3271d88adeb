import { renderHost } from '../commands/rendered-host.ts';
import { load } from '../commands/session.ts';
import type { PlanWarning } from '../domain/change.ts';
import type { Decision } from '../domain/desired-state.ts';
import type { HostName } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import type { ManagedFile } from '../domain/remote-file.ts';
import { InputError } from './input-error.ts';
import type { SourceOptions } from './options.ts';
import { silentIo } from './silent-io.ts';

/** What one host would get, or why it makes no sense there. */
export type Rendered =
  | {
      readonly host: HostName;
      readonly files: readonly ManagedFile[];
      /** The way of replies of each network, with its reason. */
      readonly decisions: readonly Decision[];
      readonly warnings: readonly PlanWarning[];
    }
  | { readonly host: HostName; readonly refused: readonly Failure[] };

/** Renders what every host would get, without asking any: what is not known is assumed, and the decisions say so. Throws an {@link InputError}. */
export async function render(options: SourceOptions): Promise<readonly Rendered[]> {
  const { io, said } = silentIo();
  const loaded = await load({ ...options, limit: options.limit ?? null }, io);
  if (!loaded.ok) throw new InputError(said());
  return loaded.value.hosts.map((host) => {
    const rendered = renderHost(host, loaded.value.templates);
    if (!rendered.ok) return { host: host.name, refused: rendered.error };
    const { files, state, warnings } = rendered.value;
    return { host: host.name, files, decisions: state.decisions, warnings };
  });
}
