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

/**
 * Parses the object paths of networkd on the bus: one a .network file that it has in memory, each byte that is no letter or digit as
 * `_` and two hex digits, and the first one as well where it is a digit (bus_label_escape in systemd).
 */
export function parseLoadedNetworks(section: string): readonly string[] {
  return Array.from(section.matchAll(/^\/org\/freedesktop\/network1\/network\/(\S+)$/gm), ([, label = '']) =>
    Buffer.from(
      label.replaceAll(/_([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ).toString(),
  );
}

/** The globs of one `Name=`: a `!` before a list turns each of them round. */
export function globsOf(value: string): readonly string[] {
  const isInverted = value.startsWith('!');
  const globs = value
    .slice(isInverted ? 1 : 0)
    .split(/\s+/)
    .filter((glob) => glob !== '');
  return isInverted ? globs.map((glob) => `!${glob}`) : globs;
}
