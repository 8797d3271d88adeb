import type { DesiredState } from '../domain/desired-state.ts';
import type { Manifest, Observed } from '../domain/observed.ts';
import type { ManagedFile } from '../domain/remote-file.ts';
import { digestOf } from './diff-files.ts';

/** What a host shall remember once the push is confirmed: what mlbroute owns there, and the values it found before its first push. */
export function makeManifest(desired: DesiredState, files: readonly ManagedFile[], observed: Observed): Manifest {
  const { recorded, running } = observed;
  const before = desired.sysctls.flatMap(({ key }) => {
    const value = recorded?.sysctlsBefore[key] ?? running.sysctls[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    version: 1,
    generation: (recorded?.generation ?? 0) + 1,
    files: Object.fromEntries(files.map((file) => [file.path, digestOf(file)])),
    sysctlsBefore: Object.fromEntries(before),
    // A VLAN that was there before us stays when we go.
    links: desired.links
      .map(({ name }) => name)
      .filter((name) => recorded?.links.includes(name) === true || !running.vlans.some((link) => link.name === name)),
    routes: desired.routes,
    rules: desired.rules,
    chains: desired.chains,
  };
}
