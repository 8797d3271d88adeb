import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ok } from '../domain/result.ts';
import type { WriteHost } from './render.ts';

/** Every file of a host into `out/HOST/etc/…`. Folders there are replaced as wholes, so nothing stale stays in them. */
export const writeTree: WriteHost = async (out, { name, files }) => {
  const root = join(out, name);
  const folders = new Set(['etc', ...files.map(({ path }) => path.split('/')[1] ?? 'etc')]);
  for (const folder of folders) await rm(join(root, folder), { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  for (const file of files) {
    const path = join(root, file.path);
    await mkdir(dirname(path), { recursive: true });
    if (file.kind === 'symlink') await symlink(file.target, path);
    else await writeFile(path, file.content, { mode: Number.parseInt(file.mode, 8) });
  }
  return ok({ files: files.length, besides: [] });
};
