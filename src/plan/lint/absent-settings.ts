import type { DesiredState } from '../../domain/desired-state.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Failure } from '../../domain/outcome.ts';

/** Settings that the kernel of this host does not have, and that do not come with an interface of this very push. */
export function absentSettings({ sysctls, links }: DesiredState, { running }: Observed): readonly Failure[] {
  const made = new Set<string>(links.map(({ name }) => name));
  return sysctls
    .filter(({ key, mayBeAbsent }) => !mayBeAbsent && running.sysctls[key] === undefined && !made.has(deviceOf(key)))
    .map(({ key }) => ({
      kind: 'refused',
      message: `the kernel of this host has no setting ${key}`,
      hint: `look below /proc/sys/${key.slice(0, key.lastIndexOf('/'))}: an interface or a module may be missing`,
    }));
}

/** The interface whose setting it is; empty: of none. */
function deviceOf(key: string): string {
  return /^net\/ipv[46]\/(?:conf|neigh)\/([^/]+)\//.exec(key)?.[1] ?? '';
}
