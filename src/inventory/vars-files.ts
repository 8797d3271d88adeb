import { join } from 'node:path';
import { comparePlaces, type Diagnostic } from '../domain/diagnostic.ts';
import { didYouMean } from '../domain/did-you-mean.ts';
import { readData } from './data-document.ts';
import type { Disk } from './disk.ts';
import type { AdjacentVars, Inventory } from './inventory.ts';
import { sourceText } from './inventory-text.ts';
import { type Entries, kindOf } from './located.ts';
import type { ReadText } from './source-files.ts';

/** Variables from files, the texts they came from (those of encrypted files left out), and what is wrong with them. */
export type VarsFiles = {
  readonly adjacent: readonly AdjacentVars[];
  readonly texts: ReadonlyMap<string, string>;
  readonly secretFiles: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
};

const extensions = ['', '.yml', '.yaml', '.json'];
const deepestFolder = 20;
const readsAtOnce = 16;

/**
 * Reads `group_vars` and `host_vars` in each folder, for the groups and hosts there are: a file `NAME`, `NAME.yml`, `NAME.yaml` or `NAME.json`,
 * or all files in a folder `NAME`. Ansible takes the first of these and ignores the others in silence; here two of them are an error.
 */
export async function readVarsFiles(
  folders: readonly string[],
  { hosts, groups }: Pick<Inventory, 'hosts' | 'groups'>,
  disk: Disk,
  readText: ReadText,
): Promise<VarsFiles> {
  const texts = new Map<string, string>();
  const secretFiles: string[] = [];
  const diagnostics: Diagnostic[] = [];
  const warn = (message: string, hint: string) =>
    diagnostics.push({ severity: 'warning', code: 'vars-file', message, hint, at: null });
  const fault = (code: string, message: string, hint: string | null) =>
    diagnostics.push({ severity: 'error', code, message, hint, at: null });

  async function readFolder(
    folder: string,
    owners: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, readonly Entries[]>> {
    const found = await disk.stat(folder);
    if (!found.ok || found.value === null) return new Map();
    if (found.value.kind !== 'folder') {
      warn(`${folder} is not a folder and is not read`, 'variables go into files in it');
      return new Map();
    }
    const files = new Map<string, readonly Entries[]>();
    const chosen: (readonly [owner: string, name: string])[] = [];
    const candidates = new Map<string, string[]>();
    for (const name of await list(folder)) {
      const owner = ownerOf(name, owners);
      if (owner !== null) candidates.set(owner, [...(candidates.get(owner) ?? []), name]);
      else hintAtTypo(folder, name, owners);
    }
    for (const [owner, names] of candidates) {
      const [first, ...others] = names.sort((a, b) => rankOf(a) - rankOf(b));
      if (first === undefined) continue;
      if (others.length > 0) {
        const message = `${folder}: both ${[first, ...others].join(' and ')} are for "${owner}"`;
        fault(
          'vars-shadowed',
          message,
          `Ansible would read only ${first}: put all files into a folder ${join(folder, owner)}/`,
        );
      }
      chosen.push([owner, first]);
    }
    // A disk is at its best with some reads at a time; folders of host_vars may have thousands of files.
    const left = chosen.values();
    const work = async () => {
      for (const [owner, name] of left) files.set(owner, await readPath(join(folder, name), 0));
    };
    await Promise.all(Array.from({ length: readsAtOnce }, work));
    return files;
  }

  async function readPath(path: string, depth: number): Promise<readonly Entries[]> {
    const found = await disk.stat(path);
    if (!found.ok) {
      fault('vars-file', `${path} cannot be read: ${found.error}`, null);
      return [];
    }
    if (found.value?.kind !== 'folder') return readFile(path);
    if (depth === deepestFolder) {
      fault('vars-file', `${path}: folders are nested too deep`, 'is there a link in a circle?');
      return [];
    }
    const all: Entries[] = [];
    for (const name of await list(path)) {
      const extension = /[^.](\.[^.]*)$/.exec(name)?.[1] ?? '';
      if (name.startsWith('.') || name.endsWith('~') || !extensions.includes(extension)) continue;
      const inner = await disk.stat(join(path, name));
      // Ansible reads a folder with an extension in its name as little as a file with another one.
      if (inner.ok && inner.value?.kind === 'folder' && extension !== '') continue;
      all.push(...(await readPath(join(path, name), depth + 1)));
    }
    return all;
  }

  async function readFile(path: string): Promise<readonly Entries[]> {
    const read = await readText(path);
    if (!read.ok) {
      diagnostics.push(read.error);
      return [];
    }
    const text = sourceText(read.value.text);
    if (read.value.isSecret) secretFiles.push(path);
    else texts.set(path, text);
    const { tree, diagnostics: its } = readData(text, path);
    diagnostics.push(...its);
    if (tree === null || (tree.kind === 'scalar' && tree.value === null)) return [];
    if (tree.kind === 'map') return [tree.entries];
    const message = `a file of variables is a mapping, not ${kindOf(tree)}`;
    diagnostics.push({
      severity: 'error',
      code: 'vars-shape',
      message,
      hint: 'write "name: value" lines',
      at: tree.at,
    });
    return [];
  }

  async function list(folder: string): Promise<readonly string[]> {
    const names = await disk.list(folder);
    if (names.ok) return names.value;
    fault('vars-file', `${folder} cannot be read: ${names.error}`, null);
    return [];
  }

  function hintAtTypo(folder: string, name: string, owners: ReadonlySet<string>): void {
    const stem = name.replace(/\.(?:ya?ml|json)$/, '');
    // Folders are shared by inventories, so a name that is not here is most often one of another inventory.
    if (name.startsWith('.') || name.endsWith('~') || stem.length < 5) return;
    const hint = didYouMean(stem, owners);
    if (hint !== null) warn(`${join(folder, name)} is for no group or host of this inventory`, hint);
  }

  const groupNames = new Set(groups.keys());
  const hostNames = new Set<string>(hosts.map(({ name }) => name));
  const read = new Map<string, AdjacentVars>();
  const adjacent: AdjacentVars[] = [];
  for (const folder of folders) {
    const vars = read.get(folder) ?? {
      groups: await readFolder(join(folder, 'group_vars'), groupNames),
      hosts: await readFolder(join(folder, 'host_vars'), hostNames),
    };
    read.set(folder, vars);
    adjacent.push(vars);
  }
  // Reads end in any order, what is said of them has one.
  diagnostics.sort(comparePlaces);
  return { adjacent, texts, secretFiles, diagnostics };
}

/** Whose variables a file or folder of this name has. */
function ownerOf(name: string, owners: ReadonlySet<string>): string | null {
  const stems = extensions
    .filter((extension) => name.endsWith(extension))
    .map((extension) => name.slice(0, name.length - extension.length));
  return stems.find((stem) => owners.has(stem)) ?? null;
}

function rankOf(name: string): number {
  return extensions.findIndex((extension) => extension !== '' && name.endsWith(extension));
}
