import type { DesiredState } from '../domain/desired-state.ts';
import type { ManagedFile } from '../domain/remote-file.ts';
import { backends } from './all-backends.ts';
import type { Draft, RenderHost } from './backend.ts';
import type { TemplateSet } from './templates.ts';

const header = '# mlbroute: managed file, edits are undone by the next push\n';

/** Every file that keeps the state over a reboot, sorted by path. Equal states give equal bytes. */
export function renderFiles(state: DesiredState, host: RenderHost, templates: TemplateSet): readonly ManagedFile[] {
  return backends
    .flatMap((backend) => backend.draft(state, host).map((draft) => toFile(backend.name, draft, templates)))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function toFile(backend: string, draft: Draft, templates: TemplateSet): ManagedFile {
  if ('target' in draft) return { kind: 'symlink', ...draft };
  if ('content' in draft) return { kind: 'file', ...draft };
  const name = `${backend}/${draft.template}`;
  const template = templates[name];
  if (template === undefined) throw new Error(`template ${name} is not in the set, though parseTemplates wants all`);
  // Nothing secret is in these files, and networkd reads its own as another user: 0644.
  return { kind: 'file', path: draft.path, mode: draft.mode ?? '0644', content: header + template(draft.view) };
}
