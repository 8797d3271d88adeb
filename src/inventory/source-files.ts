import { dirname, join } from 'node:path';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Disk } from './disk.ts';
import { formatOf, type InventoryText, sourceText } from './inventory-text.ts';
import { isVaultText, type Vault } from './vault.ts';

/** The texts of all inventory sources, and the folders that may have `group_vars` and `host_vars`, both in the order of the sources. */
export type SourceFiles = {
  readonly texts: readonly InventoryText[];
  readonly folders: readonly string[];
  /** The absolute folder of each file. */
  readonly folderOf: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
};

/** Reads a file as text; what is encrypted as a whole comes back decrypted, and `isSecret`. */
export type ReadText = (
  path: string,
) => Promise<Result<{ readonly text: string; readonly isSecret: boolean }, Diagnostic>>;

// Those of Ansible (constants.py, INVENTORY_IGNORE_EXTS) but `.ini`: that one is what people call their inventories.
const ignored =
  /^\.|^(?:host_vars|group_vars|vars_plugins)$|(?:\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.cfg|\.retry)$/;
const deepestFolder = 20;

/** Finds and reads what `-i` names: files, folders with several of them, executables, and lists of hosts, which have a comma. */
export async function readSourceFiles(sources: readonly string[], disk: Disk, vault: Vault): Promise<SourceFiles> {
  const texts: InventoryText[] = [];
  const folders: string[] = [];
  const folderOf = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  const readText = textReader(disk, vault);

  async function take(path: string, depth: number): Promise<void> {
    const found = await disk.stat(path);
    if (!found.ok) return void diagnostics.push(unreadable(path, found.error));
    if (found.value === null) return void diagnostics.push(missing(path));
    if (found.value.kind === 'folder') return takeFolder(path, depth);
    if (path.endsWith('.toml')) {
      const hint = 'give the output of "ansible-inventory --list --yaml" instead';
      return void diagnostics.push(fileFault(`inventory ${path}: TOML is not supported`, hint));
    }
    const read = await readText(path);
    if (!read.ok) return void diagnostics.push(read.error);
    const text = sourceText(read.value.text);
    folderOf.set(path, disk.absolute(dirname(path)));
    const isScript = text.startsWith('#!') || (found.value.isExecutable && text.startsWith('\u007fELF'));
    if (!isScript) texts.push({ file: path, format: formatOf(path, text), text, isSecret: read.value.isSecret });
    else if (found.value.isExecutable) await takeScript(path);
    else diagnostics.push(fileFault(`inventory ${path} starts with #! but is not executable`, `chmod +x ${path}`));
  }

  async function takeFolder(path: string, depth: number): Promise<void> {
    if (depth === deepestFolder)
      return void diagnostics.push(fileFault(`${path}: folders are nested too deep`, 'is there a link in a circle?'));
    const names = await disk.list(path);
    if (!names.ok) return void diagnostics.push(unreadable(path, names.error));
    const used = names.value.filter((name) => !ignored.test(name));
    if (used.length === 0 && depth === 0)
      diagnostics.push(
        fileFault(`folder ${path} has no inventory file`, 'hidden files, .cfg, .txt and the like do not count'),
      );
    for (const name of used) await take(join(path, name), depth + 1);
  }

  async function takeScript(path: string): Promise<void> {
    const ended = await disk.run([disk.absolute(path), '--list'], '');
    if (!ended.ok) return void diagnostics.push(fileFault(`inventory ${path} cannot be run: ${ended.error}`, null));
    const { exitCode, stdout, stderr } = ended.value;
    if (exitCode === 0) texts.push({ file: path, format: 'script', text: sourceText(stdout), isSecret: true });
    else {
      const said = stderr.trim().split('\n').slice(-3).join('; ').slice(0, 500);
      const message = `${path} --list ended with exit code ${exitCode}${said === '' ? '' : `: ${said}`}`;
      diagnostics.push(fileFault(message, null));
    }
  }

  for (const source of sources) {
    const found = source.includes(',') ? await disk.stat(source) : null;
    if (found?.ok === true && found.value === null) {
      const file = `-i ${source}`;
      texts.push({ file, format: 'host-list', text: source, isSecret: false });
      folderOf.set(file, disk.absolute('.'));
      continue;
    }
    const entry = await disk.stat(source);
    folders.push(entry.ok && entry.value?.kind === 'folder' ? source : dirname(source));
    await take(source, 0);
  }
  return { texts, folders, folderOf, diagnostics };
}

/** Reads text files, and decrypts those that are encrypted as a whole. */
export function textReader(disk: Disk, vault: Vault): ReadText {
  return async (path) => {
    const text = await disk.read(path);
    if (!text.ok) return err(unreadable(path, text.error));
    if (!isVaultText(text.value)) return ok({ text: text.value, isSecret: false });
    const decrypted = await vault(text.value.trimEnd());
    if (decrypted.ok) return ok({ text: decrypted.value, isSecret: true });
    const { message, hint } = decrypted.error;
    return err({ severity: 'error', code: 'vault', message: `${path}: ${message}`, hint, at: null });
  };
}

function missing(path: string): Diagnostic {
  return fileFault(`there is no inventory ${path}`, 'name one with -i FILE; a list of hosts ends in a comma');
}

function unreadable(path: string, why: string): Diagnostic {
  return fileFault(`${path} cannot be read: ${why}`, null);
}

function fileFault(message: string, hint: string | null): Diagnostic {
  return { severity: 'error', code: 'inventory-file', message, hint, at: null };
}
