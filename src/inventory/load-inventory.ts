import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Disk } from './disk.ts';
import { readExtraVars } from './extra-vars.ts';
import type { Inventory } from './inventory.ts';
import { maskSecrets } from './mask-secrets.ts';
import { parseSources } from './parse-inventory.ts';
import { readSourceFiles, textReader } from './source-files.ts';
import { readVarsFiles } from './vars-files.ts';
import { openVault } from './vault.ts';

/** What makes up an inventory, as it is given on the command line. */
export type InventoryRequest = {
  /** `-i`, in order: files, folders, lists of hosts with a comma. */
  readonly sources: readonly string[];
  /** `-e`, in order. */
  readonly extraVars: readonly string[];
  /** The file with the password of ansible-vault; null where there is none. */
  readonly vaultPasswordFile: string | null;
};

/** Why there is no inventory: everything that is wrong, and the lines to show with it. */
export type InventoryTrouble = {
  readonly diagnostics: readonly Diagnostic[];
  readonly sourceOf: Inventory['sourceOf'];
};

// More than anybody reads; each shows a line of a file that may be long.
const mostDiagnostics = 200;

/** Reads all sources, then `group_vars` and `host_vars` beside them, then `-e`. */
export async function loadInventory(
  { sources, extraVars, vaultPasswordFile }: InventoryRequest,
  disk: Disk,
): Promise<Result<Inventory, InventoryTrouble>> {
  const vault = openVault(disk, vaultPasswordFile);
  const readText = textReader(disk, vault);
  const files = await readSourceFiles(sources, disk, vault);
  const parsed = parseSources(files.texts);
  const vars = await readVarsFiles(files.folders, parsed, disk, readText);
  const given = await readExtraVars(extraVars, readText);

  // The output of a script is not shown either, but has no more secrets than any other source.
  const encrypted = files.texts.flatMap(({ file, format, isSecret }) =>
    isSecret && format !== 'script' ? [file] : [],
  );
  const shown = files.texts.flatMap(({ file, text, isSecret }) => (isSecret ? [] : [[file, text] as const]));
  const texts = new Map([...shown, ...vars.texts, ...given.texts]);
  const masked = new Map<string, string>();
  const sourceOf = (file: string): string | null => {
    const text = texts.get(file);
    if (text !== undefined && !masked.has(file)) masked.set(file, maskSecrets(text));
    return masked.get(file) ?? null;
  };

  const noHosts =
    files.diagnostics.length > 0 || parsed.hosts.length > 0 || parsed.diagnostics.length > 0
      ? []
      : [withoutHosts(sources)];
  const diagnostics = [
    ...files.diagnostics,
    ...parsed.diagnostics,
    ...noHosts,
    ...vars.diagnostics,
    ...given.diagnostics,
  ];
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    return err({
      diagnostics: errors.length > mostDiagnostics ? cut(errors) : diagnostics.slice(0, mostDiagnostics),
      sourceOf,
    });
  return ok({
    hosts: parsed.hosts,
    groups: parsed.groups,
    hostsByName: new Map(parsed.hosts.map((host) => [host.name, host])),
    adjacent: vars.adjacent,
    extra: given.extra,
    secretFiles: new Set([...encrypted, ...vars.secretFiles, ...given.secretFiles]),
    folderOf: (file) => files.folderOf.get(file) ?? null,
    sourceOf,
    warnings: diagnostics.slice(0, mostDiagnostics),
  });
}

function withoutHosts(sources: readonly string[]): Diagnostic {
  const message = `there is no host in ${sources.join(', ')}`;
  return { severity: 'error', code: 'inventory-empty', message, hint: null, at: null };
}

function cut(errors: readonly Diagnostic[]): readonly Diagnostic[] {
  const message = `and ${errors.length - mostDiagnostics} more errors`;
  return [
    ...errors.slice(0, mostDiagnostics),
    { severity: 'error', code: 'too-many-errors', message, hint: 'mend the first ones and try again', at: null },
  ];
}
