import { compareNames } from './fold.ts';
import { paletteOf } from './palette.ts';

/** A host key as a person compares it. */
export type HostKeyRow = { readonly name: string; readonly type: string; readonly fingerprint: string };

/** Keys of hosts that nobody knows yet, and where to look what they should be. Ends with a line feed. */
export function formatHostKeys(rows: readonly HostKeyRow[], options: { readonly color: boolean }): string {
  const { bold, dim } = paletteOf(options);
  const width = (of: (row: HostKeyRow) => string) => Math.max(...rows.map((row) => of(row).length));
  const [names, types] = [width(({ name }) => name), width(({ type }) => type)];
  return [
    bold('Nobody knows these host keys yet:'),
    ...rows
      .toSorted((a, b) => compareNames(a.name, b.name))
      .map((row) => `  ${row.name.padEnd(names)}  ${row.type.padEnd(types)}  ${row.fingerprint}`),
    dim('Each host tells its own at its console: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub'),
    '',
  ].join('\n');
}
