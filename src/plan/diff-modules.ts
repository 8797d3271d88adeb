import type { RuntimeChange } from '../domain/change.ts';

/** Loads what is missing. A module stays when the push is taken back, or when nobody asks for it any more: others may use it by then. */
export function diffModules(desired: readonly string[], loaded: readonly string[]): readonly RuntimeChange[] {
  return desired
    .filter((name) => !loaded.includes(name))
    .map((name) => ({
      sign: '+',
      subject: 'module',
      words: `module ${name}`,
      apply: [{ argv: ['modprobe', name], why: 'now, as at every boot', stdin: null }],
      undo: [],
    }));
}
