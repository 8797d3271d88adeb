import { basename } from 'node:path/posix';
import type { DesiredState } from '../../domain/desired-state.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Failure } from '../../domain/outcome.ts';

/** Units that the host has not, and that no file of the playbook brings; and those that somebody masked. */
export function absentUnits({ units = [], files = [] }: DesiredState, { running }: Observed): readonly Failure[] {
  const brought = new Set(files.map(({ dest }) => basename(dest)));
  return units.flatMap(({ unit, isEnabled, isActive }): readonly Failure[] => {
    const now = running.units?.find((each) => each.unit === unit);
    const isWanted = isEnabled === true || isActive === true;
    if (now?.atBoot === 'masked' && isWanted)
      return [{ kind: 'refused', message: `${unit} is masked`, hint: `systemctl unmask ${unit}, if it shall run` }];
    if (now?.isThere === true || brought.has(unit) || !isWanted) return [];
    return [{ kind: 'refused', message: `the host has no ${unit}`, hint: 'a task package above can install it' }];
  });
}
