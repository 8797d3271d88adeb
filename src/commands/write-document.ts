import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Saying } from '../documents/unsayable.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import { err, ok } from '../domain/result.ts';
import { loadScriptPrograms } from './node-programs.ts';
import type { WriteHost } from './render.ts';
import { scriptOf } from './rendered-host.ts';

/** Writes `out/HOST.SUFFIX` for a tool that has its own way to bring a state about, where it can say that one. */
export function sayingWriter(suffix: string, say: (state: DesiredState) => Saying): WriteHost {
  return async (out, { name, state }) => {
    const saying = say(state);
    if (saying.kind === 'unsayable')
      return err(
        saying.reasons.map((reason) => ({ kind: 'refused', message: `cannot be said: ${reason}`, hint: null })),
      );
    await mkdir(out, { recursive: true });
    await writeFile(join(out, `${name}.${suffix}`), saying.text);
    return ok({ files: 1, besides: saying.besides });
  };
}

/** Writes `out/HOST.SUFFIX`, made from the host's own program. */
export function documentWriter(suffix: string, mode: number, document: (script: string) => string): WriteHost {
  return async (out, host) => {
    const script = scriptOf(host, await loadScriptPrograms());
    if (!script.ok) return script;
    await mkdir(out, { recursive: true });
    await writeFile(join(out, `${host.name}.${suffix}`), document(script.value), { mode });
    return ok({ files: 1, besides: [] });
  };
}
