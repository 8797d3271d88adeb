import { lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renderFiles } from '../../src/backends/render-files.ts';
import type { TemplateSet } from '../../src/backends/templates.ts';
import { loadTemplates } from '../../src/commands/template-files.ts';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import type { HostFacts } from '../../src/domain/facts.ts';
import type { Manifest } from '../../src/domain/observed.ts';
import type { ManagedFile } from '../../src/domain/remote-file.ts';
import type { HostSpec } from '../../src/schema/host-spec.ts';
import type { Declared } from '../../src/tasks/host-wants.ts';
import { netplanIdFor, networkFileFor } from '../../src/tasks/metallb-l2/network-file.ts';
import { wantedState } from '../../src/tasks/wanted-state.ts';
import { wantsOf } from '../playbook/resolving.ts';
import { must } from '../tasks/example-host.ts';

/** A host and what the inventory says of it; the expected files stand beside as on the host. */
export type Scenario = {
  readonly spec: HostSpec;
  /** What tasks declare beside its networks. */
  readonly declared?: readonly Declared[];
  readonly facts: HostFacts | null;
  readonly recorded: Manifest | null;
};

/** Path → content, or `→ target` of a link. */
export type Tree = { readonly [path: string]: string };

export async function shippedTemplates(): Promise<TemplateSet> {
  return must(await loadTemplates(null));
}

export function stateOf({ spec, declared = [], facts, recorded }: Scenario): DesiredState {
  return must(wantedState({ spec, declared, isPart: false }, facts, recorded)).state;
}

/** What a list of tasks declares. */
export function declaredBy(tasks: string): readonly Declared[] {
  const wants = must(wantsOf(`- hosts: all\n  tasks:\n${tasks}`, 'all: { hosts: { n1: } }\n', 'n1'));
  if (wants === null) throw new Error('no play is for the host');
  return wants.declared;
}

export function filesOf(scenario: Scenario, templates: TemplateSet): readonly ManagedFile[] {
  const { spec, facts } = scenario;
  const names = { networkFileOf: networkFileFor(spec, facts), netplanIdOf: netplanIdFor(spec, facts) };
  return renderFiles(stateOf(scenario), names, templates);
}

export function treeOf(files: readonly ManagedFile[]): Tree {
  return Object.fromEntries(files.map((file) => [file.path, file.kind === 'file' ? file.content : `→ ${file.target}`]));
}

/** Reads all files and links under a folder; an absent folder has none. */
export async function readTree(root: string): Promise<Tree> {
  const names = await readdir(root, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const entries = await Promise.all(
    names.map(async (name): Promise<readonly [string, string][]> => {
      const status = await lstat(join(root, name));
      if (status.isDirectory()) return [];
      const path = join(root, name);
      return [[`/etc/${name}`, status.isSymbolicLink() ? `→ ${await readlink(path)}` : await readFile(path, 'utf8')]];
    }),
  );
  return Object.fromEntries(entries.flat());
}

/** Writes files below a folder that stands for the host's root. */
export async function writeFiles(root: string, files: readonly ManagedFile[]): Promise<void> {
  for (const file of files) {
    const path = join(root, file.path);
    await mkdir(dirname(path), { recursive: true });
    if (file.kind === 'file') await writeFile(path, file.content);
    else await symlink(file.target, path);
  }
}

/** Makes a scenario's expected files anew, for UPDATE_GOLDENS=1: look at the diff before committing it. */
export async function updateGolden(folder: string, files: readonly ManagedFile[]): Promise<void> {
  await rm(join(folder, 'etc'), { recursive: true, force: true });
  await writeFiles(folder, files);
}
