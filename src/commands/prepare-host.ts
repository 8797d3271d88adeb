import { renderFiles } from '../backends/render-files.ts';
import type { TemplateSet } from '../backends/templates.ts';
import type { Prepared } from '../deploy/deployment.ts';
import { isOwnPath } from '../domain/declared-file.ts';
import type { HostName } from '../domain/host.ts';
import type { Observed } from '../domain/observed.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { howToBeRoot } from '../facts/check-up.ts';
import { acceptObstacles } from '../plan/accept-obstacles.ts';
import { makePlan } from '../plan/make-plan.ts';
import { makeManifest } from '../plan/manifest.ts';
import type { HostWants } from '../tasks/host-wants.ts';
import { netplanIdFor, networkFileFor } from '../tasks/metallb-l2/network-file.ts';
import { wantedState } from '../tasks/wanted-state.ts';

/** From what is seen on a host to what must be done there. Pure. */
export function prepareHost(
  host: HostName,
  wants: HostWants,
  observed: Observed,
  { templates, forced }: { readonly templates: TemplateSet; readonly forced: ReadonlySet<string> },
): Result<Prepared, readonly Failure[]> {
  if (wants.isPart && isRecordLost(observed)) return err([recordLost]);
  const { foreignUid } = observed.facts;
  const isMore = wants.spec.networks.length + wants.declared.length > 0 || observed.recorded !== null;
  if (foreignUid !== undefined && isMore) return err([notRoot(foreignUid)]);
  const desired = wantedState(forceReturnPaths(wants, forced), observed.facts, observed.recorded);
  if (!desired.ok) return desired;
  const { state, warnings } = desired.value;
  const { spec } = wants;
  const { facts } = observed;
  const names = { networkFileOf: networkFileFor(spec, facts), netplanIdOf: netplanIdFor(spec, facts) };
  const files = renderFiles(state, names, templates);
  const activation = spec.activate === 'native' ? { activation: spec.activate } : {};
  const plan = makePlan({ ...activation, host, desired: state, files, observed, warnings });
  return plan.ok
    ? ok({ plan: acceptObstacles(plan.value, forced), manifest: makeManifest(state, files, observed) })
    : plan;
}

/** Whether files of mlbroute are there, and nothing says what they are for. */
export function isRecordLost({ recorded, persisted }: Observed): boolean {
  return recorded === null && persisted.some(({ path }) => isOwnPath(path));
}

/** Nobody knows what its files are for, so nobody can leave the right ones. */
const recordLost: Failure = {
  kind: 'refused',
  message:
    'it has files of mlbroute and no record of what they are for, so a part of the playbook cannot leave the rest as it is',
  hint: 'push without --tags and --skip-tags',
};

/** Whoever is not root sees half of a host, and would be told of faults that are none. Actions alone may do without. */
function notRoot(uid: string): Failure {
  const message = `commands run there with uid ${uid}, not as root`;
  return { kind: 'refused', message, hint: howToBeRoot };
}

/** `--force return-path` is `force: true` of every network. */
function forceReturnPaths(wants: HostWants, forced: ReadonlySet<string>): HostWants {
  if (!forced.has('return-path')) return wants;
  const networks = wants.spec.networks.map((network) => ({ ...network, force: true }));
  return { ...wants, spec: { ...wants.spec, networks } };
}
