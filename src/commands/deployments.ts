import { homedir, userInfo } from 'node:os';
import { renderFiles } from '../backends/render-files.ts';
import type { TemplateSet } from '../backends/templates.ts';
import type { Deployment, Prepared } from '../deploy/deployment.ts';
import type { Diagnostic } from '../domain/diagnostic.ts';
import type { HostConnection, HostName, Secret } from '../domain/host.ts';
import type { Observed } from '../domain/observed.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { connectionOf } from '../inventory/connection.ts';
import { hostVars } from '../inventory/host-vars.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { readInventory, readSource } from '../inventory/read-inventory.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import { makePlan } from '../plan/make-plan.ts';
import { makeManifest } from '../plan/manifest.ts';
import { type HostSpec, hostSpec } from '../schema/host-spec.ts';
import { desiredState } from '../tasks/metallb-l2/desired-state.ts';
import { networkFileFor } from '../tasks/metallb-l2/network-file.ts';
import type { InventoryOptions } from './options.ts';
import { loadTemplates } from './template-files.ts';

/** What the user wrote, read and checked. */
export type Loaded = {
  readonly hosts: readonly { readonly name: HostName; readonly spec: HostSpec; readonly deployment: Deployment }[];
  readonly templates: TemplateSet;
  readonly warnings: readonly Diagnostic[];
  readonly sourceOf: Inventory['sourceOf'];
};

/** Why nothing can start. */
export type LoadTrouble = { readonly diagnostics: readonly Diagnostic[]; readonly sourceOf: Inventory['sourceOf'] };

/** Reads inventory and templates, and makes a deployment of each selected host. Errors: all of them, each once though many hosts share it. */
export async function loadDeployments(
  options: InventoryOptions,
  becomePassword: Secret | null,
): Promise<Result<Loaded, LoadTrouble>> {
  const [path] = options.inventory;
  if (path === undefined) throw new Error('the command line demands an inventory');
  const inventory = await readInventory(path);
  if (!inventory.ok) return err({ diagnostics: inventory.error, sourceOf: await readSource(path) });
  const { sourceOf, warnings } = inventory.value;
  const trouble = (diagnostics: readonly Diagnostic[]) => err({ diagnostics: distinct(diagnostics), sourceOf });
  const selected = selectHosts(inventory.value, options.limit);
  if (!selected.ok) return trouble(selected.error);
  const templates = await loadTemplates(null);
  if (!templates.ok) return trouble(templates.error);

  const diagnostics: Diagnostic[] = [];
  const hosts = selected.value.flatMap(({ name }) => {
    const vars = hostVars(inventory.value, name);
    if (!vars.ok) {
      diagnostics.push(...vars.error);
      return [];
    }
    const spec = hostSpec(vars.value);
    const connection = connectionOf(name, vars.value, { user: userInfo().username, homeDirectory: homedir() });
    if (!spec.ok) diagnostics.push(...spec.error);
    if (!connection.ok) diagnostics.push(...connection.error);
    if (!spec.ok || !connection.ok) return [];
    return [
      {
        name,
        spec: spec.value,
        deployment: {
          wantsHistory: false,
          connection: withPassword(connection.value, becomePassword),
          prepare: (observed: Observed) => prepare(name, spec.value, observed, templates.value),
        },
      },
    ];
  });
  return diagnostics.length > 0 ? trouble(diagnostics) : ok({ hosts, templates: templates.value, warnings, sourceOf });
}

/** From what is seen on a host to what must be done there. Pure. */
function prepare(
  host: HostName,
  spec: HostSpec,
  observed: Observed,
  templates: TemplateSet,
): Result<Prepared, readonly Failure[]> {
  const desired = desiredState(spec, observed.facts, observed.recorded);
  if (!desired.ok) return desired;
  const { state, warnings } = desired.value;
  const files = renderFiles(state, { networkFileOf: networkFileFor(spec, observed.facts) }, templates);
  const plan = makePlan({ host, desired: state, files, observed, warnings });
  return plan.ok ? ok({ plan: plan.value, manifest: makeManifest(state, files, observed) }) : plan;
}

/** What was typed for this run counts before what the inventory says, as in Ansible. */
function withPassword(connection: HostConnection, password: Secret | null): HostConnection {
  const { become } = connection;
  return become === null || password === null ? connection : { ...connection, become: { ...become, password } };
}

function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])).values()];
}
