import type { DesiredState } from '../domain/desired-state.ts';
import type { Manifest, Observed } from '../domain/observed.ts';
import type { ManagedFile } from '../domain/remote-file.ts';

/** What a host shall remember once the push is confirmed: what mlbroute owns there, and the values it found before its first push. */
export function makeManifest(desired: DesiredState, files: readonly ManagedFile[], observed: Observed): Manifest {
  const { recorded, running } = observed;
  // A key that the last push wanted and has no value from before came with a device that mlbroute made: what runs now is our own.
  const ours = new Set(recorded?.desired.sysctls.map(({ key }) => key));
  const before = desired.sysctls.flatMap(({ key }) => {
    const value = recorded?.sysctlsBefore[key] ?? (ours.has(key) ? undefined : running.sysctls[key]);
    return value === undefined ? [] : [[key, value] as const];
  });
  const filesBefore = (desired.files ?? []).flatMap(({ dest }) => {
    const isNew = recorded?.files.some(({ path }) => path === dest) !== true;
    return (isNew ? observed.persisted : (recorded?.filesBefore ?? [])).filter(({ path }) => path === dest);
  });
  return {
    version: 1,
    generation: (recorded?.generation ?? 0) + 1,
    pushedBy: null,
    desired,
    files,
    sysctlsBefore: Object.fromEntries(before),
    ...(filesBefore.length === 0 ? {} : { filesBefore }),
    // A VLAN that was there before us stays when we go.
    links: desired.links
      .map(({ name }) => name)
      .filter((name) => recorded?.links.includes(name) === true || !running.vlans.some((link) => link.name === name)),
  };
}
