import { renderFiles } from '../backends/render-files.ts';
import type { TemplateSet } from '../backends/templates.ts';
import type { PlanWarning } from '../domain/change.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import type { HostName } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import type { ManagedFile } from '../domain/remote-file.ts';
import { ok, type Result } from '../domain/result.ts';
import { type HostScriptInput, hostScript } from '../plan/host-script.ts';
import type { HostWants } from '../tasks/host-wants.ts';
import { netplanIdFor, networkFileFor } from '../tasks/metallb-l2/network-file.ts';
import { wantedState } from '../tasks/wanted-state.ts';

/** What a host shall have, without anybody having asked it. */
export type RenderedHost = {
  readonly name: HostName;
  readonly wants: HostWants;
  readonly state: DesiredState;
  readonly files: readonly ManagedFile[];
  readonly warnings: readonly PlanWarning[];
  /** The .network file that was assumed for each device that is not mlbroute's own. */
  readonly networkFileOf: { readonly [device: string]: string };
};

/** Decides and renders for one host; what is not known is assumed. Errors: all that makes no sense on any host. */
export function renderHost(
  { name, wants }: { readonly name: HostName; readonly wants: HostWants },
  templates: TemplateSet,
): Result<RenderedHost, readonly Failure[]> {
  const desired = wantedState(wants, null, null);
  if (!desired.ok) return desired;
  const { state, warnings } = desired.value;
  const assumed = new Map<string, string>();
  const fileOf = networkFileFor(wants.spec, null);
  const networkFileOf = (device: string) => {
    const file = fileOf(device);
    assumed.set(device, file);
    return file;
  };
  const files = renderFiles(state, { networkFileOf, netplanIdOf: netplanIdFor(wants.spec, null) }, templates);
  return ok({ name, wants, state, files, warnings, networkFileOf: Object.fromEntries(assumed) });
}

/** The host's own program, for one that cannot be pushed to. */
export function scriptOf(
  { name, wants, state, files, networkFileOf }: RenderedHost,
  programs: HostScriptInput['programs'],
): Result<string, readonly Failure[]> {
  const forced = new Set(wants.spec.networks.filter(({ force }) => force).map((network) => network.name));
  return hostScript({
    host: name,
    desired: state,
    files,
    parents: { fileOf: networkFileOf, isSure: wants.spec.networkdParentFile !== null },
    needsIpvs: state.decisions.some(({ returnPath, network }) => returnPath === 'source' && !forced.has(network)),
    programs,
  });
}
