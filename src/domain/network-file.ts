import { matchesGlob } from './glob.ts';

/** A .network file that networkd could use: its path, and the globs of its `[Match] Name=`, each with the `!` of its line. */
export type NetworkFile = { readonly path: string; readonly matchNames: readonly string[] };

/**
 * True where the globs take an interface: one with `!` that matches rules it out whatever the others say, and where there are only such,
 * all the rest is taken (net_condition_test_strv in systemd's net-condition.c). No glob at all takes nothing.
 */
export function matchesName(matchNames: readonly string[], device: string): boolean {
  const refused = matchNames.filter((name) => name.startsWith('!')).map((name) => name.slice(1));
  const wanted = matchNames.filter((name) => !name.startsWith('!'));
  if (refused.some((glob) => matchesGlob(glob, device))) return false;
  return wanted.length === 0 ? refused.length > 0 : wanted.some((glob) => matchesGlob(glob, device));
}

/**
 * The name without suffix of the files that make and configure a VLAN of ours; networkd names what it has in memory so. It sorts before the
 * host's own files, since networkd takes the first .network file that matches.
 */
export function ownNetworkName(vlan: string): string {
  return `05-mlbroute-${vlan}`;
}

/** As {@link ownNetworkName}, of the file that has networkd leave a VLAN alone until the next boot. */
export function shieldName(vlan: string): string {
  return `00-mlbroute-${vlan}`;
}
