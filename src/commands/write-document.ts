import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ok } from '../domain/result.ts';
import { loadScriptPrograms } from './node-programs.ts';
import type { WriteHost } from './render.ts';
import { scriptOf } from './rendered-host.ts';

/** Writes `out/HOST.SUFFIX`, made from the host's own program. */
export function documentWriter(suffix: string, mode: number, document: (script: string) => string): WriteHost {
  return async (out, host) => {
    const script = scriptOf(host, await loadScriptPrograms());
    if (!script.ok) return script;
    await mkdir(out, { recursive: true });
    await writeFile(join(out, `${host.name}.${suffix}`), document(script.value), { mode });
    return ok(1);
  };
}
