import type { DesiredState } from '../domain/desired-state.ts';
import type { Manifest, Observed } from '../domain/observed.ts';
import type { ManagedFile } from '../domain/remote-file.ts';
import type { UnitSetting } from '../domain/unit-setting.ts';

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
  const unitsBefore = (desired.units ?? []).map((setting) => unitBefore(setting, observed));
  return {
    version: 1,
    generation: (recorded?.generation ?? 0) + 1,
    pushedBy: null,
    desired,
    files,
    sysctlsBefore: Object.fromEntries(before),
    ...(filesBefore.length === 0 ? {} : { filesBefore }),
    ...(unitsBefore.length === 0 ? {} : { unitsBefore }),
    // A VLAN that was there before us stays when we go.
    links: desired.links
      .map(({ name }) => name)
      .filter((name) => recorded?.links.includes(name) === true || !running.vlans.some((link) => link.name === name)),
  };
}

/** What a unit was before a push first wanted something of it, as far as something is wanted now. */
function unitBefore({ unit, isEnabled, isActive }: UnitSetting, { recorded, running }: Observed): UnitSetting {
  const now = running.units?.find((each) => each.unit === unit);
  const last = recorded?.desired.units?.find((each) => each.unit === unit);
  const known = recorded?.unitsBefore?.find((each) => each.unit === unit);
  const before = (wish: boolean | null, key: 'isEnabled' | 'isActive', seen: boolean) =>
    last != null && last[key] !== null ? (known?.[key] ?? null) : wish === null ? null : seen;
  return {
    unit,
    isEnabled: before(isEnabled, 'isEnabled', now?.atBoot === 'enabled'),
    isActive: before(isActive, 'isActive', now?.isActive === true),
  };
}
