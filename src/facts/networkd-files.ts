import type { NetworkFile } from '../domain/network-file.ts';
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
    } else if (key === 'name') current?.matchNames.push(...globsOf(rest.trim()));
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
}

/** A `!` before a list turns each of its globs round. */
function globsOf(value: string): readonly string[] {
  const isInverted = value.startsWith('!');
  const globs = value
    .slice(isInverted ? 1 : 0)
    .split(/\s+/)
    .filter((glob) => glob !== '');
  return isInverted ? globs.map((glob) => `!${glob}`) : globs;
}
