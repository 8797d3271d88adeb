import { structuredPatch } from 'diff';
import type { FileChange } from '../domain/change.ts';
import type { ManagedFile, ObservedFile } from '../domain/remote-file.ts';
import { unreachable } from '../domain/result.ts';
import { type Palette, paletteOf } from './palette.ts';
import { printable } from './printable.ts';

/** One file change as lines: its path with what becomes of it, and below, if asked for, a unified diff. */
export function formatFileChange(
  change: FileChange,
  options: { readonly diff: boolean; readonly palette: Palette },
): readonly string[] {
  const { palette } = options;
  const before = change.kind === 'create' ? null : change.before;
  const after = change.kind === 'remove' ? null : change.after;
  const notes = [...attributeNotes(before, after), ...(change.cause === 'edited-on-host' ? [editedNote(change)] : [])];
  const head = headOf(change, palette) + (notes.length === 0 ? '' : palette.dim(`  (${notes.join('; ')})`));
  return options.diff ? [head, ...diffLines(before, after, palette)] : [head];
}

/** The content of one file change as a unified diff, without colours; empty where the content stays. */
export function fileDiff(change: FileChange): string {
  const before = change.kind === 'create' ? null : change.before;
  const after = change.kind === 'remove' ? null : change.after;
  return diffLines(before, after, paletteOf({ color: false }))
    .map((line) => line.slice(4))
    .join('\n');
}

function headOf({ kind, path }: FileChange, palette: Palette): string {
  switch (kind) {
    case 'create':
      return palette.green(`+ ${printable(path)}`);
    case 'update':
      return palette.yellow(`~ ${printable(path)}`);
    case 'remove':
      return palette.red(`- ${printable(path)}`);
    default:
      return unreachable(kind);
  }
}

function editedNote({ kind }: FileChange): string {
  return kind === 'create' ? 'removed on the host since the last push' : 'edited on the host since the last push';
}

/** What changes beside the content: kind, mode, owner, link target. */
function attributeNotes(before: ObservedFile | null, after: ManagedFile | null): readonly string[] {
  if (after === null) return [];
  if (after.kind === 'symlink') {
    const target = `-> ${printable(after.target)}`;
    if (before === null) return [target];
    return [before.kind === 'symlink' ? `${printable(before.target)} ${target}` : `file becomes a link ${target}`];
  }
  const wanted = `${after.owner ?? 'root'}:${after.group ?? 'root'}`;
  const fresh = [after.mode, ...(wanted === 'root:root' ? [] : [wanted])];
  if (before === null) return fresh;
  if (before.kind === 'symlink') return [`link to ${printable(before.target)} becomes a file`, ...fresh];
  const owner = `${before.owner}:${before.group}`;
  return [
    ...(before.mode === after.mode ? [] : [`mode ${before.mode} -> ${after.mode}`]),
    ...(owner === wanted ? [] : [`owner ${printable(owner)} -> ${wanted}`]),
  ];
}

function diffLines(
  before: ObservedFile | ManagedFile | null,
  after: ObservedFile | ManagedFile | null,
  palette: Palette,
): readonly string[] {
  const [was, is] = [contentOf(before), contentOf(after)];
  if (was === is || !(isPrivate(before) || isPrivate(after))) return formatTextDiff(was, is, palette);
  return [palette.dim('    (not shown: the file is not for everybody to read)')];
}

/** What others on the host may not read is not shown here either. */
function isPrivate(file: ObservedFile | ManagedFile | null): boolean {
  return file?.kind === 'file' && (Number.parseInt(file.mode, 8) & 0o4) === 0;
}

function contentOf(file: ObservedFile | ManagedFile | null): string {
  return file?.kind === 'file' ? file.content : '';
}

/** What makes one text of another, as the hunks of a unified diff, indented; nothing where they are equal. */
export function formatTextDiff(before: string, after: string, palette: Palette): readonly string[] {
  if (before === after) return [];
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: 3 });
  return hunks.flatMap((hunk) => [
    palette.cyan(`    @@ -${spanOf(hunk.oldStart, hunk.oldLines)} +${spanOf(hunk.newStart, hunk.newLines)} @@`),
    ...hunk.lines.map((line) => paintLine(`    ${printable(line)}`, line[0], palette)),
  ]);
}

/** A span without lines names the line before it, as diff(1) does; the library counts it from the line after. */
function spanOf(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

function paintLine(text: string, sign: string | undefined, palette: Palette): string {
  if (sign === '+') return palette.green(text);
  if (sign === '-') return palette.red(text);
  return text.trimEnd();
}
