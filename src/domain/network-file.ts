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
 * host's own files, since networkd takes the first .network file that matches. Netplan gives its files names itself.
 */
export function ownNetworkName(vlan: string, renderer: 'networkd' | 'netplan' = 'networkd'): string {
  return renderer === 'netplan' ? `10-netplan-${vlan}` : `05-mlbroute-${vlan}`;
}

/** Our own file among netplan's. */
export const netplanFile = '/etc/netplan/90-mlbroute.yaml';

/** Our own script, which a unit runs where neither networkd nor netplan keeps links, routes and rules. */
export const routingScript = '/etc/mlbroute/routing.sh';

/** Where netplan puts what it makes for an interface of its files: `.network` and `.netdev`. */
export function netplanOutput(id: string, suffix: 'netdev' | 'network'): string {
  return `/run/systemd/network/${ownNetworkName(id, 'netplan')}.${suffix}`;
}

/** What netplan calls the interface that a .network file of its making configures; null where netplan did not make the file. */
export function netplanIdOf(file: string): string | null {
  const id = /^(?:.*\/)?10-netplan-([^/]+)\.network$/.exec(file)?.[1];
  return id !== undefined && isNetplanId(id) ? id : null;
}

/** Whether a text can be the id of an interface in netplan's files, and means itself there between quotes. */
export function isNetplanId(text: string): boolean {
  return /^[\w.:@-]+$/.test(text);
}

/** As {@link ownNetworkName}, of the file that has networkd leave a VLAN alone until the next boot. */
export function shieldName(vlan: string): string {
  return `00-mlbroute-${vlan}`;
}
