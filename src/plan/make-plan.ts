import type { HostPlan, PlanWarning, RuntimeChange } from '../domain/change.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import type { HostName } from '../domain/host.ts';
import type { Observed } from '../domain/observed.ts';
import type { Failure } from '../domain/outcome.ts';
import type { ManagedFile } from '../domain/remote-file.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { diffAddresses } from './diff-addresses.ts';
import { diffChains } from './diff-chains.ts';
import { diffFiles } from './diff-files.ts';
import { addLinks, removeLinks } from './diff-links.ts';
import { diffModules } from './diff-modules.ts';
import { diffNeighbors } from './diff-neighbors.ts';
import { diffOwnUnits } from './diff-own-units.ts';
import { diffReloads } from './diff-reloads.ts';
import { diffRoutes, diffRules } from './diff-routing.ts';
import { diffSysctls } from './diff-sysctls.ts';
import { diffUnits } from './diff-units.ts';
import { absentSettings } from './lint/absent-settings.ts';
import { absentUnits } from './lint/absent-units.ts';
import { bootOrder, grabberOf } from './lint/boot-order.ts';
import { networkdMemory } from './lint/networkd-memory.ts';
import { networkdReload } from './lint/networkd-reload.ts';
import { notFiles } from './lint/not-files.ts';
import { preflight } from './lint/preflight.ts';
import { refusals } from './lint/refusals.ts';
import { takenVlans } from './lint/taken-vlan.ts';
import { workload } from './lint/workload.ts';
import { nativeActivation } from './native-activation.ts';
import { netplanChanges } from './netplan-changes.ts';
import { shieldLinks } from './shield-links.ts';

/** What one host shall be, and what it is. */
export type PlanInput = {
  readonly host: HostName;
  readonly desired: DesiredState;
  readonly files: readonly ManagedFile[];
  readonly observed: Observed;
  /** Missing: hitless. */
  readonly activation?: 'native';
  /** From the making of the desired state; printed with the plan's own. */
  readonly warnings: readonly PlanWarning[];
};

/** All that must change on one host, in the order of doing; or every reason why nothing may. */
export function makePlan({
  host,
  desired,
  files,
  observed,
  activation,
  warnings,
}: PlanInput): Result<HostPlan, readonly Failure[]> {
  const { facts, running, recorded } = observed;
  const { renderer = 'networkd' } = desired;
  const grabbedBy = (device: Parameters<typeof grabberOf>[0]) =>
    renderer === 'unit' ? null : grabberOf(device, facts, renderer);
  const fileChanges = diffFiles(files, observed.persisted, recorded);
  const routes = diffRoutes(desired.routes, running.routes, recorded?.desired.routes ?? []);
  const rules = diffRules(desired.rules, running.rules, recorded?.desired.rules ?? []);
  const addresses = diffAddresses(desired, observed);
  const neighbors = diffNeighbors(desired, observed);
  const links = addLinks(desired.links, observed);
  const additions = [...addresses.additions, ...routes.additions, ...neighbors.additions, ...rules.additions];
  const removals = [
    ...rules.removals,
    ...routes.removals,
    ...neighbors.removals,
    ...addresses.removals,
    ...removeLinks(recorded?.links ?? [], desired.links, observed),
  ];
  const later = [...links, ...additions, ...removals];
  const native = activation === 'native' ? nativeActivation(fileChanges, desired, facts, later) : null;
  // networkd makes and configures the VLANs itself then, and has read the files that are ours.
  const interrupting = native?.interrupts === true ? native.change : null;
  const isLeftToNetworkd = interrupting !== null;
  const shields = isLeftToNetworkd ? [] : shieldLinks(desired.links, facts, grabbedBy);
  const netplan = netplanChanges(fileChanges, facts, isLeftToNetworkd);
  const reasons = [
    ...refusals(observed),
    ...absentSettings(desired, observed),
    ...notFiles(desired, observed),
    ...absentUnits(desired, observed),
    ...networkdReload(interrupting === null ? shields : [interrupting], facts),
    ...(isLeftToNetworkd ? [] : networkdMemory(desired.links, facts)),
    ...takenVlans(desired.links, facts),
  ];
  if (reasons.length > 0) return err(reasons);
  // What carries packets comes before what sends packets there; what goes away goes in the opposite order.
  const runtime: readonly RuntimeChange[] = [
    ...netplan.check,
    ...shields,
    ...(native === null ? [] : [native.change]),
    ...diffModules(desired.modules ?? [], running.modules ?? []),
    ...links,
    ...diffSysctls(desired.sysctls, running.sysctls, recorded),
    ...additions,
    ...diffChains(desired.chains, running.chains),
    ...removals,
    ...(fileChanges.some(({ path }) => path.startsWith('/etc/systemd/system/')) ? [reloadUnits] : []),
    ...diffOwnUnits(files, fileChanges, running.units ?? []),
    ...diffUnits(desired.units ?? [], running.units ?? [], recorded),
    ...diffReloads(fileChanges, recorded?.desired.files ?? [], desired.files ?? []),
    ...netplan.generate,
  ];
  const boot = bootOrder(desired, grabbedBy).map(({ code, message, hint }) => ({ code, message, hint }));
  return ok({
    host,
    decisions: desired.decisions,
    ...(desired.renderer === undefined ? {} : { renderer: desired.renderer }),
    ...(activation === undefined ? {} : { activation }),
    files: fileChanges,
    runtime,
    warnings: [...warnings, ...boot],
    obstacles: [...preflight(desired, observed), ...(isLeftToNetworkd ? workload(observed) : [])],
  });
}

/** Undone by the transaction itself, after the unit files are back. */
const reloadUnits: RuntimeChange = {
  sign: '~',
  subject: 'unit',
  words: 'systemd reads its unit files again',
  apply: [{ argv: ['systemctl', 'daemon-reload'], why: 'unit files changed', stdin: null }],
  undo: [],
};
