import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renderFiles } from '../backends/render-files.ts';
import { describeFailure } from '../domain/outcome.ts';
import { networkFileFor } from '../tasks/metallb-l2/network-file.ts';
import { wantedState } from '../tasks/wanted-state.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { InventoryOptions } from './options.ts';
import { load } from './session.ts';

export type RenderOptions = InventoryOptions & { readonly out: string };

/**
 * `mlbroute render`: every file for every host into `out/HOST/etc/…`, without asking any host; what is not known is assumed and said.
 * `out/HOST/etc` is replaced as a whole, so nothing stale stays in it.
 */
export async function render(options: RenderOptions, io: Io): Promise<number> {
  const loaded = await load(options, io);
  if (!loaded.ok) return exitCodes.badInput;
  let files = 0;
  let refused = 0;
  for (const { name, wants } of loaded.value.hosts) {
    const desired = wantedState(wants, null, null);
    if (!desired.ok) {
      refused++;
      for (const failure of desired.error) io.stderr(`${name}: ${describeFailure(failure)}\n`);
      continue;
    }
    for (const { network, returnPath, reason } of desired.value.state.decisions)
      io.stderr(`${name}: network ${network}: ${returnPath}: ${reason}\n`);
    for (const { message, hint } of desired.value.warnings)
      io.stderr(`${name}: warning: ${message}${hint === null ? '' : ` (${hint})`}\n`);
    const root = join(options.out, name);
    await rm(join(root, 'etc'), { recursive: true, force: true });
    await mkdir(root, { recursive: true });
    for (const file of renderFiles(
      desired.value.state,
      { networkFileOf: networkFileFor(wants.spec, null) },
      loaded.value.templates,
    )) {
      const path = join(root, file.path);
      await mkdir(dirname(path), { recursive: true });
      if (file.kind === 'symlink') await symlink(file.target, path);
      else await writeFile(path, file.content, { mode: Number.parseInt(file.mode, 8) });
      files++;
    }
  }
  io.stderr(`${files} files of ${loaded.value.hosts.length - refused} hosts in ${options.out}\n`);
  return refused > 0 ? 1 : 0;
}
