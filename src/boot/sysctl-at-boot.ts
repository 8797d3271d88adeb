import type { BootLine } from '../domain/boot-files.ts';
import { matchesGlob } from '../domain/glob.ts';
import { slashForm } from '../domain/sysctl.ts';

/** What systemd-sysctl will write for a key, and the line that says so. */
export type SysctlAtBoot = { readonly value: string; readonly from: BootLine };

/**
 * The value a key in slash form gets from the lines of sysctl.d, given in reading order; null where no line sets it. A line that names
 * the key stands above every glob, wherever it is; of lines of one kind the last counts; `-KEY` without a value takes the key out of all
 * globs (sysctl.d(5), sysctl.c of systemd 252).
 */
export function sysctlAtBoot(key: string, lines: readonly BootLine[]): SysctlAtBoot | null {
  const settings = lines.flatMap((from) => {
    const setting = settingOf(from.text);
    return setting === null ? [] : [{ ...setting, from }];
  });
  const named = settings.findLast(({ pattern }) => pattern === key);
  const winner = named ?? settings.findLast(({ pattern }) => isGlob(pattern) && matchesPath(pattern, key));
  if (winner === undefined || winner.value === null) return null;
  return { value: winner.value, from: winner.from };
}

/** `value` is null for an exclusion. */
function settingOf(text: string): { readonly pattern: string; readonly value: string | null } | null {
  const line = text.trim();
  if (line === '' || /^[#;]/.test(line)) return null;
  const equals = line.indexOf('=');
  if (equals < 0) return line.startsWith('-') ? { pattern: slashForm(line.slice(1).trim()), value: null } : null;
  const left = line.slice(0, equals).trim();
  return { pattern: slashForm(left.startsWith('-') ? left.slice(1) : left), value: line.slice(equals + 1).trim() };
}

function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** As glob(3): no wildcard matches a slash. */
function matchesPath(pattern: string, key: string): boolean {
  const [globs, parts] = [pattern.split('/'), key.split('/')];
  return globs.length === parts.length && globs.every((glob, i) => matchesGlob(glob, parts[i] ?? ''));
}
