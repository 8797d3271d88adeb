import type { RuntimeChange } from '../domain/change.ts';
import type { Manifest } from '../domain/observed.ts';
import type { ObservedUnit, UnitSetting } from '../domain/unit-setting.ts';

/** Brings units to what is wanted of them, and those that are no longer named to what they were before the first push. */
export function diffUnits(
  desired: readonly UnitSetting[],
  running: readonly ObservedUnit[],
  recorded: Manifest | null,
): readonly RuntimeChange[] {
  const returned = (recorded?.unitsBefore ?? []).filter(
    ({ unit }) =>
      !desired.some((each) => each.unit === unit) && running.some((each) => each.unit === unit && each.isThere),
  );
  return [...desired, ...returned].flatMap(({ unit, isEnabled, isActive }) => {
    const now = running.find((each) => each.unit === unit);
    // What a file of this very push brings is not there yet.
    const wasEnabled = now?.isThere === true && (now.atBoot === 'enabled' || now.atBoot === 'always');
    const wasActive = now?.isActive === true;
    const boot = now?.atBoot === 'always' ? null : isEnabled;
    return [
      ...(boot === null || boot === wasEnabled ? [] : [unitChange(unit, boot ? 'enable' : 'disable')]),
      ...(isActive === null || isActive === wasActive ? [] : [unitChange(unit, isActive ? 'start' : 'stop')]),
    ];
  });
}

type Verb = 'enable' | 'disable' | 'start' | 'stop';

const opposite: { readonly [verb in Verb]: Verb } = {
  enable: 'disable',
  disable: 'enable',
  start: 'stop',
  stop: 'start',
};
const words: { readonly [verb in Verb]: string } = {
  enable: 'starts at boot',
  disable: 'does not start at boot',
  start: 'runs',
  stop: 'does not run',
};

/** One command of systemctl(1), and the one that takes it back. */
export function unitChange(unit: string, verb: Verb): RuntimeChange {
  const systemctl = (each: Verb) => ({
    argv: ['systemctl', each, unit],
    why: words[verb],
    stdin: null,
  });
  return {
    sign: '~',
    subject: 'service',
    words: `${unit} ${words[verb]}`,
    apply: [systemctl(verb)],
    undo: [systemctl(opposite[verb])],
    // Links of systemd's: a host that restarts meanwhile would keep them. Without its manager, which starts just then.
    ...(verb === 'enable' || verb === 'disable'
      ? { undoAtBoot: [{ argv: ['systemctl', '--root=/', opposite[verb], unit], why: 'as it was', stdin: null }] }
      : {}),
    // Without its file a unit can be neither stopped nor disabled, and with it it can be started.
    ...(verb === 'disable' || verb === 'stop' ? { isBeforeFiles: true as const } : {}),
  };
}
