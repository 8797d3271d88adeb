import type { RuntimeChange } from '../domain/change.ts';
import type { Command } from '../domain/command.ts';
import type { Manifest } from '../domain/observed.ts';
import type { SysctlSetting } from '../domain/sysctl.ts';

/** One value to write; `before` undefined where the key is not there yet. */
type Write = { readonly key: string; readonly value: string; readonly before: string | undefined };

/** Sets what differs, and gives back the value from before the first push to what is no longer wanted. A missing interface's key is skipped where it may be absent. */
export function diffSysctls(
  desired: readonly SysctlSetting[],
  running: Readonly<Record<string, string>>,
  recorded: Manifest | null,
): readonly RuntimeChange[] {
  const wanted = new Set<string>(desired.map(({ key }) => key));
  const returned = Object.entries(recorded?.sysctlsBefore ?? {})
    .filter(([key, value]) => !wanted.has(key) && running[key] !== undefined && running[key] !== value)
    .map(([key, value]) => ({ key, value, before: running[key] }));
  const set = desired
    .filter(({ key, value, mayBeAbsent }) => running[key] !== value && !(mayBeAbsent && running[key] === undefined))
    .map(({ key, value }) => ({ key, value, before: running[key] }));
  const pins = passingPins(desired, running).map(({ key, value }) => ({ key, value, before: running[key] }));
  return [...returned, ...pins, ...set].sort((a, b) => rank(a) - rank(b) || compare(a.key, b.key)).map(change);
}

/**
 * Where `all` is lowered, interfaces that come and go (pods' veths) keep in the running kernel what max(all, own) gave them. They are no part
 * of the desired state: the next ones start from `default`, which is pinned there.
 */
function passingPins(
  desired: readonly SysctlSetting[],
  running: Readonly<Record<string, string>>,
): readonly { readonly key: string; readonly value: string }[] {
  const kept = new Set<string>(desired.map(({ key }) => key));
  const all = desired.find(({ key }) => key === 'net/ipv4/conf/all/rp_filter');
  const before = running['net/ipv4/conf/all/rp_filter'];
  if (all === undefined || before === undefined || Number(all.value) >= Number(before)) return [];
  return Object.entries(running)
    .filter(
      ([key, value]) =>
        !kept.has(key) && !key.includes('/lo/') && key.endsWith('/rp_filter') && Number(value) < Number(before),
    )
    .map(([key]) => ({ key, value: before }));
}

/**
 * `default` comes first, for a write of it is copied to interfaces never written. `all` comes last, for lowered before the others are
 * pinned it would leave them unguarded for a moment; where it is raised again it comes before they are unpinned.
 */
function rank({ key, value, before }: Write): number {
  if (key.includes('/default/')) return 1;
  if (!key.includes('/all/')) return 2;
  return Number(value) > Number(before) ? 0 : 3;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function change({ key, value, before }: Write): RuntimeChange {
  return {
    sign: before === undefined ? '+' : '~',
    subject: 'sysctl',
    words: `sysctl ${key} ${before === undefined ? '' : `${before} → `}${value}`,
    apply: [write(key, value)],
    // The key of a device that this change makes goes with the device.
    undo: before === undefined ? [] : [write(key, before)],
  };
}

function write(key: string, value: string): Command {
  return { argv: ['sysctl', '-qw', `${key}=${value}`], why: 'the running value', stdin: null };
}
