import { homedir, userInfo } from 'node:os';
import type { TemplateSet } from '../backends/templates.ts';
import type { Deployment } from '../deploy/deployment.ts';
import { comparePlaces, type Diagnostic, unplacedError, unplacedWarning } from '../domain/diagnostic.ts';
import { hiderOf } from '../domain/hide-secrets.ts';
import type { HostConnection, HostName } from '../domain/host.ts';
import type { Observed } from '../domain/observed.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { HostVars } from '../domain/variable.ts';
import type { Wave } from '../domain/wave.ts';
import { connectionOf } from '../inventory/connection.ts';
import { connectionVariableNames } from '../inventory/connection-variables.ts';
import { type HostVarsFault, hostVars, mergedVariables } from '../inventory/host-vars.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { resolveHosts } from '../inventory/resolve-vars.ts';
import { namedSecrets, secretTexts } from '../inventory/secret-texts.ts';
import { hostsOfPlays } from '../playbook/hosts-of-plays.ts';
import { resolveHost } from '../playbook/resolve-host.ts';
import { choosePlays, isWhole } from '../playbook/tags.ts';
import { wavesOf } from '../playbook/waves.ts';
import { hostSpecs } from '../schema/host-spec.ts';
import { nearVariables } from '../schema/near-variables.ts';
import { type HostSteps, type HostWants, sightFor } from '../tasks/host-wants.ts';
import { foldDiagnostics, type HostDiagnostic, loadInventoryHosts, withoutSecrets } from './inventory-hosts.ts';
import type { InventoryOptions } from './options.ts';
import { readPlaybook } from './playbook-file.ts';
import { isRecordLost, prepareHost } from './prepare-host.ts';
import type { Said } from './said.ts';
import { loadTemplates } from './template-files.ts';

/** What the user wrote, read and checked. */
export type Loaded = {
  readonly hosts: readonly { readonly name: HostName; readonly wants: HostWants; readonly deployment: Deployment }[];
  /** The order in which plays have their hosts changed. */
  readonly waves: readonly Wave[];
  readonly templates: TemplateSet;
  readonly warnings: readonly Diagnostic[];
  readonly sourceOf: Inventory['sourceOf'];
  /** The texts that must not be shown: passwords, what was encrypted, and what is called a secret. */
  readonly secrets: () => readonly string[];
};

/** Why nothing can start. */
export type LoadTrouble = { readonly diagnostics: readonly Diagnostic[]; readonly sourceOf: Inventory['sourceOf'] };

/** Reads inventory, playbook and templates, and makes a deployment of each selected host that has a play. Errors: all of them, each once though many hosts share it. */
export async function loadDeployments(
  options: InventoryOptions,
  { said, env }: { readonly said: Said; readonly env: NodeJS.ProcessEnv },
): Promise<Result<Loaded, LoadTrouble>> {
  const choice = { tags: options.tags ?? [], skipTags: options.skipTags ?? [] };
  const { playbook, sourceOf: playbookSource, readSource } = await readPlaybook(options.playbook, choice);
  const read = await loadInventoryHosts(options, env);
  const sourceOf = (file: string) =>
    playbookSource(file) ?? (read.ok ? read.value.inventory : read.error).sourceOf(file);
  const shapeFaults = playbook.ok ? [] : playbook.error.diagnostics;
  const refuse = (more: readonly Diagnostic[]) => {
    const diagnostics = shapeFaults.length === 0 ? more : [...shapeFaults, ...more].sort(comparePlaces);
    return err({ diagnostics, sourceOf });
  };
  if (!read.ok) return refuse(read.error.diagnostics);
  const { inventory, hosts: selected, vault } = read.value;
  const templates = await loadTemplates(options.templates ?? null);
  if (!templates.ok) return refuse(templates.error);
  const played = choosePlays(playbook.ok ? playbook.value : playbook.error.rest, choice);
  const playsOf = hostsOfPlays(played, inventory);
  if (!playsOf.ok) return refuse(playsOf.error);

  const isPart = !isWhole(choice);
  const names = selected.flatMap(({ name }) =>
    playsOf.value.get(name)?.some(({ tasks }) => tasks.length > 0 || !isPart) ? [name] : [],
  );
  if (names.length === 0) return refuse(playbook.ok ? [withoutPlay(options)] : []);
  const checkSpec = hostSpecs();
  const { byHost, secrets } = await resolveHosts(names, vault, (name, decrypted) => {
    const host = inventory.hostsByName.get(name);
    if (host === undefined) throw new Error(`${name} was selected from an inventory that has no such host`);
    const vars = hostVars(inventory, name, { wanted: connectionVariableNames, decrypted });
    const steps = resolveHost(host, playsOf.value.get(name) ?? [], {
      inventory,
      decrypted,
      checkSpec,
      readSource,
      isPart,
    });
    return bothOf(vars, steps);
  });
  const login = { user: userInfo().username, homeDirectory: homedir(), transport: said.transport };
  const forced = new Set<string>(options.force);
  const found: HostDiagnostic[] = [];
  let hider: ReturnType<typeof hiderOf> | null = null;
  const hide = (text: string) => {
    hider ??= hiderOf(allSecrets());
    return hider(text);
  };
  const hosts = names.flatMap((name) => {
    const resolved = byHost.get(name);
    if (resolved === undefined) return [];
    const connection = resolved.ok ? connectionOf(name, resolved.value.vars, login) : resolved;
    if (!connection.ok) found.push(...connection.error.map((diagnostic) => ({ host: name, diagnostic })));
    if (!resolved.ok || !connection.ok) return [];
    const { wants, interludes } = resolved.value.steps;
    const means = { templates: templates.value, forced };
    return [
      {
        name,
        wants,
        deployment: {
          wantsHistory: false,
          sight: sightFor(wants),
          connection: withPasswords(connection.value, said),
          prepare: (observed: Observed) => prepareHost(name, wants, observed, means),
          interludes: interludes.map(({ before, isNew, task }) => ({
            // Without a record nobody knows what else of its files is to stay, so all of them become what they shall be at once.
            prepare: (observed: Observed) =>
              prepareHost(name, isRecordLost(observed) ? wants : before, observed, means),
            ...{ isNew, task, hide },
          })),
        },
      },
    ];
  });
  const allSecrets = (): readonly string[] => [
    ...[...secrets, ...secretTexts(inventory), ...namedSecrets(inventory)],
    ...hosts.flatMap(({ deployment }) => passwordsOf(deployment.connection)),
  ];
  const waves = wavesOf(played, playsOf.value, names);
  if (found.length === 0 && playbook.ok) {
    const warnings = [
      ...inventory.warnings,
      ...foldDiagnostics(doubtsOf(inventory, names), names),
      ...withoutNetworks(options, inventory, names),
    ];
    return ok({ hosts, waves, templates: templates.value, warnings, sourceOf, secrets: allSecrets });
  }
  return refuse(withoutSecrets(foldDiagnostics(found, names), [...secrets, ...secretTexts(inventory)]));
}

function bothOf(
  vars: Result<HostVars, HostVarsFault>,
  steps: Result<HostSteps, HostVarsFault>,
): Result<{ readonly vars: HostVars; readonly steps: HostSteps }, HostVarsFault> {
  if (vars.ok && steps.ok) return ok({ vars: vars.value, steps: steps.value });
  const faults = [vars, steps].flatMap((each) => (each.ok ? [] : [each.error]));
  return err({
    diagnostics: faults.flatMap(({ diagnostics }) => diagnostics),
    locked: faults.flatMap(({ locked }) => locked),
  });
}

function withoutPlay({ playbook, limit, tags, skipTags }: InventoryOptions): Diagnostic {
  const what = tags === undefined && skipTags === undefined ? 'play' : 'task with these tags';
  const message = `${playbook ?? 'the playbook'} has no ${what} for ${limit === null ? 'any host' : `a host of the limit "${limit}"`}`;
  return unplacedError('playbook-hosts', message, 'see hosts of its plays');
}

function doubtsOf(inventory: Inventory, names: readonly string[]): readonly HostDiagnostic[] {
  return names.flatMap((name) => {
    const host = inventory.hostsByName.get(name);
    const doubts = host === undefined ? [] : nearVariables(mergedVariables(inventory, host));
    return doubts.map((diagnostic) => ({ host: name, diagnostic }));
  });
}

/** Nothing would be pushed, and what was pushed before taken away: seldom what is meant, unless an empty list says so. */
function withoutNetworks(
  { playbook }: InventoryOptions,
  inventory: Inventory,
  names: readonly string[],
): readonly Diagnostic[] {
  const isSaid = (name: string) => {
    const host = inventory.hostsByName.get(name);
    return host !== undefined && mergedVariables(inventory, host).has('networks');
  };
  if (playbook !== undefined || names.some(isSaid)) return [];
  const whose = names.length === 1 ? `${names[0]} has` : 'these hosts have';
  const message = `${whose} no networks: there is nothing to bring, and what an earlier push brought is to go`;
  return [unplacedWarning('no-networks', message, 'set the variable networks for them, or give a playbook with -p')];
}

function passwordsOf({ password, become }: HostConnection): readonly string[] {
  return [password, become?.password ?? null].flatMap((each) => each?.reveal() ?? []);
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
