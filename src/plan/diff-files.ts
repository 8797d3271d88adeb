import { createHash } from 'node:crypto';
import type { ChangeCause, FileChange } from '../domain/change.ts';
import { isOwnPath } from '../domain/declared-file.ts';
import type { Manifest } from '../domain/observed.ts';
import type { ManagedFile, ObservedFile } from '../domain/remote-file.ts';

/**
 * What must be written or removed so that a host's managed files are the desired ones; by path. Where a file of the playbook goes, what
 * was there before it comes back. A difference was caused by the host's side where the host no longer has what the last push recorded,
 * otherwise by the inventory.
 */
export function diffFiles(
  desired: readonly ManagedFile[],
  persisted: readonly ObservedFile[],
  recorded: Manifest | null,
): readonly FileChange[] {
  const found = new Map(persisted.map((file) => [file.path, file]));
  const wanted = new Set(desired.map((file) => file.path));
  const causeOf = (path: string): ChangeCause => {
    const before = found.get(path);
    const left = recorded?.files.find((file) => file.path === path);
    return left !== undefined && (before === undefined || !isSame(before, left)) ? 'edited-on-host' : 'inventory';
  };
  const returned = (recorded?.filesBefore ?? []).filter(({ path }) => !wanted.has(path));
  const kept = new Set([...wanted, ...returned.map(({ path }) => path)]);
  const changes = [...desired, ...returned].flatMap((after): FileChange[] => {
    const before = found.get(after.path);
    if (before === undefined) return [{ kind: 'create', path: after.path, after, cause: causeOf(after.path) }];
    return isSame(before, after)
      ? []
      : [{ kind: 'update', path: after.path, before, after, cause: causeOf(after.path) }];
  });
  const removals = persisted
    .filter(({ path }) => !kept.has(path) && isOurs(path, recorded))
    .map((before): FileChange => ({ kind: 'remove', path: before.path, before, cause: causeOf(before.path) }));
  return [...changes, ...removals].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A short name of a file's content: its sha256 in hex, or `link:TARGET`. */
export function digestOf(file: ManagedFile | ObservedFile): string {
  return file.kind === 'symlink' ? `link:${file.target}` : sha256(file.content);
}

function sha256(content: string): string {
  return createHash('sha256').update(content, 'utf8').digest('hex');
}

function isSame(before: ObservedFile, after: ManagedFile): boolean {
  if (before.kind === 'symlink' || after.kind === 'symlink') {
    return before.kind === 'symlink' && after.kind === 'symlink' && before.target === after.target;
  }
  const { content, mode, owner = 'root', group = 'root' } = after;
  return before.content === content && before.mode === mode && before.owner === owner && before.group === group;
}

/** By its name, or because a push put it there. */
function isOurs(path: string, recorded: Manifest | null): boolean {
  return isOwnPath(path) || recorded?.files.some((file) => file.path === path) === true;
}
