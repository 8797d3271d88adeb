import type { Diagnostic } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { unknownHost } from '../inventory/host-vars.ts';
import { graphInventory, listInventory, writtenVars } from '../inventory/list-inventory.ts';
import { type Definition, traceVariable } from '../inventory/trace-variable.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import { exitCodes } from './exit-codes.ts';
import { type InventoryHosts, loadInventoryHosts } from './inventory-hosts.ts';
import type { Io } from './io.ts';
import type { InventoryOptions } from './options.ts';

/** `mlbroute inventory list`: hosts, groups and variables as JSON, in the form of `ansible-inventory --list`; passwords masked. */
export function inventoryList(options: InventoryOptions, io: Io): Promise<number> {
  return withInventory(options, io, ({ inventory, hosts }) => json(listInventory(inventory, hosts, 'mask')));
}

/** `mlbroute inventory graph [GROUP]`: groups and hosts as a tree. */
export function inventoryGraph(options: InventoryOptions & { readonly group: string | null }, io: Io): Promise<number> {
  return withInventory(options, io, ({ inventory }) => {
    const group = options.group ?? 'all';
    if (inventory.groups.has(group)) return `${graphInventory(inventory, group).join('\n')}\n`;
    const hint = didYouMean(group, inventory.groups.keys());
    return {
      severity: 'error',
      code: 'unknown-group',
      message: `there is no group "${group}" in the inventory`,
      hint,
      at: null,
    };
  });
}

/** `mlbroute inventory host NAME`: the variables of one host as they are written, merged; passwords masked. */
export function inventoryHost(options: InventoryOptions & { readonly host: string }, io: Io): Promise<number> {
  return withInventory(options, io, ({ inventory }) => {
    const host = inventory.hostsByName.get(options.host);
    return host === undefined ? unknownHost(inventory, options.host) : json(writtenVars(inventory, host, 'mask'));
  });
}

/** `mlbroute inventory hosts PATTERN`: the names a pattern means, one a line, in the order of the inventory. */
export function inventoryHosts(options: InventoryOptions, io: Io): Promise<number> {
  return withInventory(options, io, ({ hosts }) => hosts.map(({ name }) => `${name}\n`).join(''));
}

/** `mlbroute inventory var NAME --host HOST`: everything that sets a variable for a host, the weakest first, and what counts. */
export function inventoryVar(
  options: InventoryOptions & { readonly name: string; readonly host: string },
  io: Io,
): Promise<number> {
  return withInventory(options, io, ({ inventory }) => {
    const traced = traceVariable(inventory, options.host, options.name);
    return traced.ok ? formatDefinitions(traced.value) : traced.error;
  });
}

/** The definitions of a variable as text: a line for each with its place, the one that counts last and marked. */
export function formatDefinitions(definitions: readonly Definition[]): string {
  const rows = definitions.map((definition, index) => {
    const { file, line, column } = definition.at;
    return {
      mark: index === definitions.length - 1 ? '→' : ' ',
      owner: ownerWords(definition.owner),
      place: `${file}:${line}:${column}`,
      value: valueWords(definition),
    };
  });
  const width = (pick: (row: (typeof rows)[number]) => string) => Math.max(...rows.map((row) => pick(row).length));
  const [owners, places] = [width(({ owner }) => owner), width(({ place }) => place)];
  return rows
    .map(({ mark, owner, place, value }) => `${mark} ${owner.padEnd(owners)}  ${place.padEnd(places)}  ${value}\n`)
    .join('');
}

function ownerWords(owner: Definition['owner']): string {
  switch (owner.kind) {
    case 'group':
      return owner.isFile ? `group_vars of ${owner.name}` : `group ${owner.name}`;
    case 'host':
      return owner.isFile ? `host_vars of ${owner.name}` : `host ${owner.name}`;
    case 'command-line':
      return 'command line';
    case 'built-in':
      return 'built in';
  }
}

function valueWords({ written, value }: Definition): string {
  const text = JSON.stringify(written);
  if (!value.ok) return `${text}: ${value.error.map(({ message }) => message).join('; ') || 'encrypted'}`;
  const expanded = JSON.stringify(value.value);
  return expanded === text ? text : `${text} = ${expanded}`;
}

/** Prints what is made of an inventory, or why there is nothing. */
async function withInventory(
  options: InventoryOptions,
  io: Io,
  make: (read: InventoryHosts) => string | Diagnostic,
): Promise<number> {
  const read = await loadInventoryHosts(options, io.env);
  if (!read.ok) {
    io.stderr(formatDiagnostics(read.error.diagnostics, read.error.sourceOf));
    return exitCodes.badInput;
  }
  const { warnings, sourceOf } = read.value.inventory;
  const made = make(read.value);
  io.stderr(formatDiagnostics(typeof made === 'string' ? warnings : [...warnings, made], sourceOf));
  if (typeof made !== 'string') return exitCodes.badInput;
  io.stdout(made);
  return 0;
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
