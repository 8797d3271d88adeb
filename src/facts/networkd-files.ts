import type { NetworkFile } from '../domain/facts.ts';
import { keyedLines } from './sections.ts';

/**
 * Parses the list of .network files and their `[Match] Name=`. The list comes in the order of precedence of the folders; a file hides
 * files of the same name in later folders, and networkd tries what is left by name (systemd.network(5)).
 */
export function parseNetworkFiles(section: string): readonly NetworkFile[] {
  const files = new Map<string, { path: string; matchNames: string[] }>();
  let current: { path: string; matchNames: string[] } | null = null;
  for (const { key, rest } of keyedLines(section)) {
    if (key === 'file') {
      const fileName = rest.slice(rest.lastIndexOf('/') + 1);
      current = files.has(fileName) ? null : { path: rest, matchNames: [] };
      if (current !== null) files.set(fileName, current);
    } else if (key === 'name') current?.matchNames.push(...rest.trim().split(/\s+/));
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
}

/** True where a `Name=` list takes an interface: shell globs, and a leading `!` that turns the whole list round. */
export function matchesName(matchNames: readonly string[], device: string): boolean {
  const isInverted = matchNames[0]?.startsWith('!') ?? false;
  const globs = matchNames.map((name, i) => (i === 0 && isInverted ? name.slice(1) : name));
  return globs.length > 0 && globs.some((glob) => globToRegExp(glob).test(device)) !== isInverted;
}

function globToRegExp(glob: string): RegExp {
  const body = glob
    .replaceAll(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll('[!', '[^');
  return new RegExp(`^${body}$`);
}
