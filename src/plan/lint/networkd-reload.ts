import type { RuntimeChange } from '../../domain/change.ts';
import type { HostFacts } from '../../domain/facts.ts';
import type { Failure } from '../../domain/outcome.ts';

/**
 * Keeping networkd off a new VLAN takes a reload, and a reload also puts every other changed file into effect: the links those configure
 * are configured anew, which takes their addresses and all routes over them away. So it is refused while there are such files.
 */
export function networkdReload(
  shields: readonly RuntimeChange[],
  { unreadNetworkFiles }: HostFacts,
): readonly Failure[] {
  const reloads = shields.filter(({ apply }) => apply.some(({ argv }) => argv[0] === 'networkctl'));
  if (reloads.length === 0 || unreadNetworkFiles.length === 0) return [];
  const message = `${reloads.map(({ words }) => words).join(', ')}: this takes a reload of networkd, which would also put into effect what changed since it started: ${unreadNetworkFiles.join(', ')}`;
  return [{ kind: 'refused', message, hint: 'narrow the [Match] of the broad file, or restart the host first' }];
}
