import { draftInventory, type InventoryDraft } from '../cluster/draft-inventory.ts';
import { type KnownHosts, type Merged, mergeInventory } from '../cluster/merge-inventory.ts';
import { writeInventory } from '../cluster/write-inventory.ts';
import { blank } from '../domain/blank.ts';
import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { sourceText } from '../inventory/inventory-text.ts';
import { writtenVars } from '../inventory/list-inventory.ts';
import { disk, readInventory } from '../inventory/read-inventory.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import { formatTextDiff } from '../report/file-diff.ts';
import { paletteOf } from '../report/palette.ts';
import { type ClusterSource, readClusterObjects } from './cluster-objects.ts';
import { exitCodes } from './exit-codes.ts';
import { inventoryFileFault } from './inventory-file.ts';
import type { Io } from './io.ts';

export type InventoryImportOptions = ClusterSource & {
  /** The inventory to make, or to add to; null: a new one on standard output. */
  readonly out: string | null;
  readonly check: boolean;
  readonly yes: boolean;
};

/**
 * `mlbroute inventory import`: an inventory from the objects of a cluster, or what is new there added to one that is there, after a look at the
 * difference. With `check` nothing is written, and the exit code is 2 where something would be added or differs.
 */
export async function inventoryImport(options: InventoryImportOptions, io: Io): Promise<number> {
  if (options.files.length === 0 && !options.kubectl && io.isInputTty) return refuse([withoutSource], io);
  const cluster = await readClusterObjects(options);
  if (!cluster.ok) return refuse(cluster.error, io);
  if (cluster.value.nodes.length === 0) return refuse([withoutNodes], io);
  const { draft, warnings } = draftInventory(cluster.value);
  io.stderr(formatDiagnostics(warnings, () => null));
  const { out } = options;
  const there = out === null ? ok(null) : await disk.stat(out);
  if (!there.ok) return refuse([unplacedError('inventory-file', `${out} cannot be read: ${there.error}`, null)], io);
  if (out === null || there.value === null) return writeNew(draft, options, io);
  const merged = await mergeInto(out, draft);
  return merged.ok ? writeMerged(out, merged.value, options, io) : refuse(merged.error, io);
}

async function writeNew(draft: InventoryDraft, { out, check }: InventoryImportOptions, io: Io): Promise<number> {
  const text = writeInventory(draft);
  if (out === null) {
    io.stdout(text);
    return 0;
  }
  const written = check ? null : await inventoryFileFault(out, text, 'wx');
  if (written !== null) return refuse([written], io);
  io.stderr(
    `${check ? 'Would write' : 'Wrote'} ${out}: ${draft.hosts.length} hosts, ${draft.networks.length} networks.\n`,
  );
  tellBlanks(text, io);
  return check ? exitCodes.differences : 0;
}

async function writeMerged(
  out: string,
  { before, text, differences }: Merged & { readonly before: string },
  { check, yes }: InventoryImportOptions,
  io: Io,
): Promise<number> {
  for (const difference of differences) io.stderr(`differs: ${difference}\n`);
  if (differences.length > 0) io.stderr(`What is written in ${out} stays.\n`);
  if (text === before) {
    io.stderr(`Nothing to add to ${out}.\n`);
    return check && differences.length > 0 ? exitCodes.differences : 0;
  }
  io.stderr(`${formatTextDiff(before, text, paletteOf({ color: io.color })).join('\n')}\n`);
  if (check) return exitCodes.differences;
  if (!yes && !io.isInputTty) {
    io.stderr('Nobody is here to ask: --yes writes this without a question.\n');
    return exitCodes.usage;
  }
  if (!yes && !(await io.confirm(`Write ${out}?`))) return 0;
  const fault = await inventoryFileFault(out, text, 'w');
  if (fault !== null) return refuse([fault], io);
  tellBlanks(text, io);
  return 0;
}

/** The inventory with what is new, and as it was. */
async function mergeInto(
  file: string,
  draft: InventoryDraft,
): Promise<Result<Merged & { readonly before: string }, readonly Diagnostic[]>> {
  const inventory = await readInventory({ sources: [file], extraVars: [], vaultPasswordFile: null });
  if (!inventory.ok) return err(inventory.error.diagnostics);
  const source = await disk.read(file);
  if (!source.ok || !/\.ya?ml$/.test(file))
    return err([
      unplacedError('inventory-file', `${file} is no YAML file`, 'only those can be added to: give another -o'),
    ]);
  const known: KnownHosts = new Map(
    inventory.value.hosts.map((host) => {
      const { ansible_host: address } = writtenVars(inventory.value, host, 'mask');
      return [host.name, typeof address === 'string' ? address : null];
    }),
  );
  const before = sourceText(source.value);
  const merged = mergeInventory({ text: before, file, known }, draft);
  return merged.ok ? ok({ ...merged.value, before }) : merged;
}

function tellBlanks(text: string, io: Io): void {
  const lines = text.split('\n').flatMap((line, at) => (line.split('#')[0]?.includes(blank) ? [at + 1] : []));
  if (lines.length > 0) io.stderr(`Fill in what is marked ${blank}, line ${lines.join(', ')}.\n`);
}

function refuse(diagnostics: readonly Diagnostic[], io: Io): number {
  io.stderr(formatDiagnostics(diagnostics, () => null));
  return exitCodes.badInput;
}

const withoutSource = unplacedError(
  'cluster-file',
  'nothing to import from: give a file, --kubectl, or the objects on standard input',
  'kubectl get nodes,ipaddresspools,l2advertisements -A -o json prints what is needed',
);

const withoutNodes = unplacedError(
  'cluster-nodes',
  'there is no Node among the objects',
  'kubectl get nodes,ipaddresspools,l2advertisements -A -o json prints what is needed',
);
