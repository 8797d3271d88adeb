import type { RuntimeChange } from '../../domain/change.ts';
import type { HostFacts } from '../../domain/facts.ts';
import type { Failure } from '../../domain/outcome.ts';

/**
 * Keeping networkd off a new VLAN takes a reload, as native activation does, and a reload also puts every other changed file into effect: the links those configure
 * are configured anew, which takes their addresses and all routes over them away. So it is refused while there are such files.
 */
export function networkdReload(
  changes: readonly RuntimeChange[],
  { unreadNetworkFiles }: HostFacts,
): readonly Failure[] {
  const reloads = changes.filter(({ apply }) => apply.some(({ argv }) => reloading.test(argv.join(' '))));
  const isNative = reloads.some(({ subject }) => subject === 'activation');
  // Our own are to take effect then, and what netplan makes is made anew whenever systemd reads its units.
  const unread = isNative
    ? unreadNetworkFiles.filter((path) => !/mlbroute|\/$|^\/run\/.*-netplan-/.test(path))
    : unreadNetworkFiles;
  if (reloads.length === 0 || unread.length === 0) return [];
  const message = `${reloads.map(({ words }) => words).join(', ')}: this takes a reload of networkd, which would also put into effect what changed since it started: ${unread.join(', ')}`;
  const hint = isNative
    ? 'restart the host first, or activate: hitless'
    : 'narrow the [Match] of the broad file, or restart the host first';
  return [{ kind: 'refused', message, hint }];
}

const reloading = /^(networkctl reload|activate )/;
