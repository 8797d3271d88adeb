import { basename } from 'node:path/posix';
import type { NetworkFile } from '../domain/network-file.ts';
import { valuesOf } from './ini.ts';
import { type LinkFile, sectionsOf } from './link-files.ts';

/**
 * The .network files, with their `[Match] Name=`. They come in the order of precedence of the folders; a file hides files of the same name in later
 * folders, and networkd tries what is left by name (systemd.network(5)).
 */
export function parseNetworkFiles(files: readonly LinkFile[]): readonly NetworkFile[] {
  const first = new Map<string, LinkFile>();
  for (const file of files) {
    const name = basename(file.path);
    if (name.endsWith('.network') && !first.has(name)) first.set(name, file);
  }
  return [...first]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, file]) => ({
      path: file.path,
      matchNames: valuesOf(sectionsOf(file), 'Match', 'Name').flatMap(globsOf),
    }));
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
