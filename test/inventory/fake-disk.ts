import { ok } from '../../src/domain/result.ts';
import type { Disk } from '../../src/inventory/disk.ts';

/** Texts by path. */
export type Files = { readonly [path: string]: string };

/** A disk with these files and nothing else. None of them is executable, and no program can be run. */
export function fakeDisk(files: Files): Disk {
  const paths = Object.keys(files);
  const inside = (folder: string) => paths.filter((path) => path.startsWith(`${folder}/`));
  return {
    absolute: (path) => `/root/${path}`,
    stat: async (path) => {
      if (files[path] !== undefined) return ok({ kind: 'file', isExecutable: false });
      return ok(inside(path).length > 0 ? { kind: 'folder', isExecutable: false } : null);
    },
    list: async (folder) =>
      ok([...new Set(inside(folder).map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''))].sort()),
    read: async (path) => ok(files[path] ?? ''),
    run: ([program]) => Promise.reject(new Error(`${program} was run`)),
  };
}
