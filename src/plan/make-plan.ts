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
import { netplanChanges } from './netplan-changes.ts';
import { shieldLinks } from './shield-links.ts';

/** What one host shall be, and what it is. */
export type PlanInput = {
  readonly host: HostName;
  readonly desired: DesiredState;
  readonly files: readonly ManagedFile[];
  readonly observed: Observed;
  /** From the making of the desired state; printed with the plan's own. */
  readonly warnings: readonly PlanWarning[];
};

/** All that must change on one host, in the order of doing; or every reason why nothing may. */
export function makePlan({
  host,
  desired,
  files,
  observed,
  warnings,
}: PlanInput): Result<HostPlan, readonly Failure[]> {
  const { facts, running, recorded } = observed;
  const { renderer = 'networkd' } = desired;
  const grabbedBy = (device: Parameters<typeof grabberOf>[0]) =>
    renderer === 'unit' ? null : grabberOf(device, facts, renderer);
  const shields = shieldLinks(desired.links, facts, grabbedBy);
  const reasons = [
    ...refusals(observed),
    ...absentSettings(desired, observed),
    ...notFiles(desired, observed),
    ...absentUnits(desired, observed),
    ...networkdReload(shields, facts),
    ...networkdMemory(desired.links, facts),
    ...takenVlans(desired.links, facts),
  ];
  if (reasons.length > 0) return err(reasons);
  const fileChanges = diffFiles(files, observed.persisted, recorded);
  const netplan = netplanChanges(fileChanges, facts);
  const routes = diffRoutes(desired.routes, running.routes, recorded?.desired.routes ?? []);
  const rules = diffRules(desired.rules, running.rules, recorded?.desired.rules ?? []);
  const addresses = diffAddresses(desired, observed);
  const neighbors = diffNeighbors(desired, observed);
  // What carries packets comes before what sends packets there; what goes away goes in the opposite order.
  const runtime: readonly RuntimeChange[] = [
    ...netplan.check,
    ...shields,
    ...diffModules(desired.modules ?? [], running.modules ?? []),
    ...addLinks(desired.links, observed),
    ...diffSysctls(desired.sysctls, running.sysctls, recorded),
    ...addresses.additions,
    ...routes.additions,
    ...neighbors.additions,
    ...rules.additions,
    ...diffChains(desired.chains, running.chains),
    ...rules.removals,
    ...routes.removals,
    ...neighbors.removals,
    ...addresses.removals,
    ...removeLinks(recorded?.links ?? [], desired.links, observed),
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
    files: fileChanges,
    runtime,
    warnings: [...warnings, ...boot],
    obstacles: preflight(desired, observed),
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
