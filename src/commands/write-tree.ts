import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok } from '../domain/result.ts';
import type { WriteHost } from './render.ts';

/**
 * Every file of a host into `out/HOST/etc/…`. Folders there are replaced as wholes, so nothing stale stays in them. At once and not by promises: of
 * thousands of small files, each would wait longer for its turn than for the disk.
 */
export const writeTree: WriteHost = async (out, { name, files }) => {
  const root = join(out, name);
  const tops = new Set(['etc', ...files.map(({ path }) => path.split('/')[1] ?? 'etc')]);
  for (const folder of tops) rmSync(join(root, folder), { recursive: true, force: true });
  const folders = new Set([root, ...files.map(({ path }) => dirname(join(root, path)))]);
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  for (const file of files) {
    const path = join(root, file.path);
    if (file.kind === 'symlink') symlinkSync(file.target, path);
    else writeFileSync(path, file.content, { mode: Number.parseInt(file.mode, 8) });
  }
  return ok({ files: files.length, besides: [] });
};
