import { homedir, userInfo } from 'node:os';
import { renderFiles } from '../backends/render-files.ts';
import type { TemplateSet } from '../backends/templates.ts';
import type { Deployment, Prepared } from '../deploy/deployment.ts';
import type { Diagnostic } from '../domain/diagnostic.ts';
import type { HostConnection, HostName } from '../domain/host.ts';
import type { Observed } from '../domain/observed.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { connectionOf } from '../inventory/connection.ts';
import { connectionVariableNames } from '../inventory/connection-variables.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { resolveVars } from '../inventory/resolve-vars.ts';
import { secretTexts } from '../inventory/secret-texts.ts';
import { acceptObstacles } from '../plan/accept-obstacles.ts';
import { makePlan } from '../plan/make-plan.ts';
import { makeManifest } from '../plan/manifest.ts';
import { domainVariableNames } from '../schema/domain-variables.ts';
import { type HostSpec, hostSpecs } from '../schema/host-spec.ts';
import { desiredState } from '../tasks/metallb-l2/desired-state.ts';
import { networkFileFor } from '../tasks/metallb-l2/network-file.ts';
import { foldDiagnostics, type HostDiagnostic, loadInventoryHosts, withoutSecrets } from './inventory-hosts.ts';
import type { InventoryOptions } from './options.ts';
import type { Said } from './said.ts';
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

/** The variables that are read of a host; all others may hold what they like. */
const wanted: readonly string[] = [...domainVariableNames, ...connectionVariableNames];

/** Reads inventory and templates, and makes a deployment of each selected host. Errors: all of them, each once though many hosts share it. */
export async function loadDeployments(
  options: InventoryOptions,
  { said, env }: { readonly said: Said; readonly env: NodeJS.ProcessEnv },
): Promise<Result<Loaded, LoadTrouble>> {
  const read = await loadInventoryHosts(options, env);
  if (!read.ok) return read;
  const { inventory, hosts: selected, vault } = read.value;
  const { sourceOf, warnings } = inventory;
  const templates = await loadTemplates(null);
  if (!templates.ok) return err({ diagnostics: templates.error, sourceOf });

  const names = selected.map(({ name }) => name);
  const { byHost, secrets } = await resolveVars(inventory, names, { wanted, vault });
  const login = { user: userInfo().username, homeDirectory: homedir(), transport: said.transport };
  const forced = new Set<string>(options.force);
  const check = hostSpecs();
  const found: HostDiagnostic[] = [];
  const hosts = names.flatMap((name) => {
    const vars = byHost.get(name);
    if (vars === undefined) return [];
    const spec = vars.ok ? check(vars.value) : vars;
    const connection = vars.ok ? connectionOf(name, vars.value, login) : vars;
    const faults = [...(spec.ok ? [] : spec.error), ...(vars.ok && !connection.ok ? connection.error : [])];
    found.push(...faults.map((diagnostic) => ({ host: name, diagnostic })));
    if (!spec.ok || !connection.ok) return [];
    return [
      {
        name,
        spec: spec.value,
        deployment: {
          wantsHistory: false,
          connection: withPasswords(connection.value, said),
          prepare: (observed: Observed) => prepare(name, spec.value, observed, { templates: templates.value, forced }),
        },
      },
    ];
  });
  if (found.length === 0) return ok({ hosts, templates: templates.value, warnings, sourceOf });
  return err({
    diagnostics: withoutSecrets(foldDiagnostics(found, names), [...secrets, ...secretTexts(inventory)]),
    sourceOf,
  });
}

/** From what is seen on a host to what must be done there. Pure. */
function prepare(
  host: HostName,
  spec: HostSpec,
  observed: Observed,
  { templates, forced }: { readonly templates: TemplateSet; readonly forced: ReadonlySet<string> },
): Result<Prepared, readonly Failure[]> {
  const desired = desiredState(forceReturnPaths(spec, forced), observed.facts, observed.recorded);
  if (!desired.ok) return desired;
  const { state, warnings } = desired.value;
  const files = renderFiles(state, { networkFileOf: networkFileFor(spec, observed.facts) }, templates);
  const plan = makePlan({ host, desired: state, files, observed, warnings });
  return plan.ok
    ? ok({ plan: acceptObstacles(plan.value, forced), manifest: makeManifest(state, files, observed) })
    : plan;
}

/** `--force return-path` is `force: true` of every network. */
function forceReturnPaths(spec: HostSpec, forced: ReadonlySet<string>): HostSpec {
  if (!forced.has('return-path')) return spec;
  return { ...spec, networks: spec.networks.map((network) => ({ ...network, force: true })) };
}

/** What was typed for this run counts before what the inventory says, as in Ansible. */
function withPasswords(connection: HostConnection, { password, fallback, becomePassword }: Said): HostConnection {
  const { become } = connection;
  return {
    ...connection,
    password: password ?? connection.password ?? fallback,
    become: become === null || becomePassword === null ? become : { ...become, password: becomePassword },
  };
}
