import { basename } from 'node:path/posix';
import type { Finding } from '../../domain/change.ts';
import type { DesiredState } from '../../domain/desired-state.ts';
import type { HostFacts } from '../../domain/facts.ts';
import type { InterfaceName } from '../../domain/link.ts';
import { matchesName, type NetworkFile, netplanOutput, ownNetworkName } from '../../domain/network-file.ts';

/** The .network file of somebody else that networkd would use for a device; the first by name wins (systemd.network(5)). */
export function grabberOf(
  device: InterfaceName,
  { networkFiles }: HostFacts,
  renderer: 'networkd' | 'netplan' = 'networkd',
): NetworkFile | null {
  const isOurs = (path: string) =>
    path.includes('mlbroute') || (renderer === 'netplan' && path === netplanOutput(device, 'network'));
  return networkFiles.find(({ path, matchNames }) => !isOurs(path) && matchesName(matchNames, device)) ?? null;
}

/** Files that would take one of our VLANs at the next boot because their name sorts before ours. */
export function bootOrder(
  { links, renderer }: DesiredState,
  grabbedBy: (device: InterfaceName) => NetworkFile | null,
): readonly Finding[] {
  return links.flatMap(({ name }) => {
    const grabber = grabbedBy(name);
    const ours = `${ownNetworkName(name, renderer === 'netplan' ? renderer : 'networkd')}.network`;
    if (grabber === null || basename(grabber.path) > ours) return [];
    return [
      {
        code: 'not-boot-safe' as const,
        where: 'persisted' as const,
        subject: grabber.path,
        message: `at the next boot ${grabber.path} takes ${name} before ${ours} can`,
        hint: `rename it so that it sorts after ${ours}, or narrow its [Match]`,
      },
    ];
  });
}
