/** Where files for networkd lie that a host keeps. */
export const folder = '/etc/systemd/network';

/** What keeps networkd's hands off routes and rules of others. */
export const guardPath = '/etc/systemd/networkd.conf.d/50-mlbroute.conf';

/** Our drop-in for a .network file. In /etc it counts wherever the file itself lives, /run and /usr/lib included (systemd.network(5)). */
export function dropIn(file: string): string {
  return `${folder}/${file}.d/50-mlbroute.conf`;
}
