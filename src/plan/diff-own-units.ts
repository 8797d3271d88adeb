import type { FileChange, RuntimeChange } from '../domain/change.ts';
import type { ManagedFile } from '../domain/remote-file.ts';
import type { ObservedUnit } from '../domain/unit-setting.ts';
import { unitChange } from './diff-units.ts';

/**
 * Units of mlbroute's own that are active for good, and so from their push on and not only from the next boot. A timer that somebody stopped
 * is started again. A unit that loads chains starts with its file: so what the next boot runs has run once, and it hears of restarts of others.
 */
export function diffOwnUnits(
  files: readonly ManagedFile[],
  changes: readonly FileChange[],
  running: readonly ObservedUnit[],
): readonly RuntimeChange[] {
  const timers = files.flatMap((file) => (file.kind === 'file' ? (timerAt(file.path) ?? []) : []));
  const started = timers.filter((timer) => running.find(({ unit }) => unit === timer)?.isActive !== true);
  const stopped = running.filter(
    ({ unit, isActive }) => isActive && /^mlbroute-.*\.timer$/.test(unit) && !timers.includes(unit),
  );
  const services = changes.flatMap((change) => {
    const [, unit] = /^\/etc\/systemd\/system\/(mlbroute-(?:iptables|nftables)\.service)$/.exec(change.path) ?? [];
    return unit === undefined || change.kind === 'update' ? [] : [{ unit, verb: change.kind }];
  });
  return [
    ...started.map((unit) => unitChange(unit, 'start')),
    ...stopped.map(({ unit }) => forgetting(unitChange(unit, 'stop'))),
    // That the file is missing, or is there, says enough to an audit.
    ...services.map(({ unit, verb }) => ({
      ...unitChange(unit, verb === 'create' ? 'start' : 'stop'),
      subject: 'unit' as const,
    })),
  ];
}

/** With what the timer's service remembers of its last run. */
function forgetting(change: RuntimeChange): RuntimeChange {
  const argv = ['rm', '-f', '/run/mlbroute-routing.seen'];
  return { ...change, apply: [...change.apply, { argv, why: 'nobody reads it any more', stdin: null }] };
}

function timerAt(path: string): string | null {
  return /^\/etc\/systemd\/system\/(mlbroute-[^/]+\.timer)$/.exec(path)?.[1] ?? null;
}
