import { type Diagnostic, formatDiagnostic } from '../../src/domain/diagnostic.ts';
import { err, ok, type Result } from '../../src/domain/result.ts';
import { hostsOfPlays } from '../../src/playbook/hosts-of-plays.ts';
import { type PlaybookFaults, parsePlaybook } from '../../src/playbook/parse-playbook.ts';
import { builtInPlaybook, type Playbook } from '../../src/playbook/playbook.ts';
import { resolveHost } from '../../src/playbook/resolve-host.ts';
import { hostSpec } from '../../src/schema/host-spec.ts';
import type { HostSteps, HostWants } from '../../src/tasks/host-wants.ts';
import { inventoryOf } from '../inventory/printed.ts';

/** What a playbook asks for on one host of an inventory; null: the built-in playbook. Errors as a user sees them. */
export function wantsOf(
  playbook: string | null,
  inventory: string,
  host: string,
  files: { readonly [path: string]: string } = {},
): Result<HostWants | null, string> {
  const steps = stepsOf(playbook, inventory, host, files);
  return steps.ok ? ok(steps.value?.wants ?? null) : steps;
}

/** The same with the actions on the way there. */
export function stepsOf(
  playbook: string | null,
  inventoryText: string,
  host: string,
  files: { readonly [path: string]: string } = {},
): Result<HostSteps | null, string> {
  const inventory = inventoryOf(inventoryText);
  const sources: { readonly [file: string]: string } = { ...files, 'i.yaml': inventoryText, 'p.yaml': playbook ?? '' };
  const fail = (diagnostics: readonly Diagnostic[]) =>
    err(diagnostics.map((each) => formatDiagnostic(each, (file) => sources[file] ?? null)).join('\n'));
  const parsed: Result<Playbook, PlaybookFaults> =
    playbook === null ? ok(builtInPlaybook) : parsePlaybook(playbook, 'p.yaml');
  if (!parsed.ok) return fail(parsed.error.diagnostics);
  const playsOf = hostsOfPlays(parsed.value, inventory);
  if (!playsOf.ok) return fail(playsOf.error);
  const plays = playsOf.value.get(host);
  const found = inventory.hostsByName.get(host);
  if (plays === undefined || found === undefined) return ok(null);
  const wants = resolveHost(found, plays, {
    ...{ inventory, decrypted: new Map(), checkSpec: hostSpec, isPart: false },
    readSource: (path) => (path in files ? ok({ file: path, text: files[path] ?? '' }) : err(`${path} cannot be read`)),
  });
  return wants.ok ? wants : fail(wants.error.diagnostics);
}
