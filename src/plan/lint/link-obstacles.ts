import type { DesiredState } from '../../domain/desired-state.ts';
import type { HostFacts } from '../../domain/facts.ts';
import type { VlanLink } from '../../domain/link.ts';
import { netplanFile } from '../../domain/network-file.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Obstacle } from '../../domain/obstacle.ts';

/** Names that MetalLB's speaker leaves out, by its ConfigMap `metallb-excludel2` as it is delivered. */
const excluded = /^(docker|cbr|dummy|virbr|lxcbr|veth|cali|tunl|flannel|kube-ipvs|cni|nodelocaldns|lxc).*|^lo$/;

/** What speaks against the links of a state: against their names, their parents, and what they belong to. */
export function linkObstacles(
  { links, decisions }: DesiredState,
  { facts, persisted, recorded }: Pick<Observed, 'facts' | 'persisted' | 'recorded'>,
): readonly Obstacle[] {
  const isOurs = (path: string) => isOfOurNetplanFile(path, persisted, recorded);
  const devices = [...new Set(decisions.flatMap(({ device }) => device ?? []))];
  return [
    ...links.flatMap((link) => [
      ...madeByFile(link, facts, isOurs),
      ...mtuObstacles(link, links, facts),
      ...(links.some(({ name }) => name === link.parent) ? [] : parentObstacles(link, facts)),
    ]),
    ...devices.flatMap((device): Obstacle[] => [
      ...(excluded.test(device)
        ? [
            {
              code: 'metallb-excluded' as const,
              message: `MetalLB does not announce on an interface called ${device}`,
              hint: 'choose another name: link.name, or change ConfigMap metallb-excludel2 of MetalLB',
            },
          ]
        : []),
      ...enslaved(device, facts),
    ]),
  ];
}

/** What netplan made of our own file lies among what it made of others. */
function isOfOurNetplanFile(path: string, persisted: Observed['persisted'], recorded: Observed['recorded']): boolean {
  const own = persisted.find((file) => file.path === netplanFile);
  const text = own?.kind === 'file' ? own.content : '';
  const names = recorded?.desired.renderer === 'netplan' ? recorded.desired.links.map(({ name }) => name) : [];
  const name = /\/10-netplan-([^/]+)\.netdev$/.exec(path)?.[1];
  return name !== undefined && (names.some((each) => each === name) || text.includes(`\n    "${name}":\n`));
}

function madeByFile(
  { name, parent, id }: VlanLink,
  { others, networkFileOf }: HostFacts,
  isOurs: (path: string) => boolean,
): readonly Obstacle[] {
  const { linkFiles, vlansOf } = others;
  const onParent = vlansOf[networkFileOf[parent] ?? ''] ?? [];
  return linkFiles
    .filter(({ path }) => !isOurs(path))
    .filter((file) => file.name === name || (file.vlanId === id && onParent.includes(file.name)))
    .map((file) => ({
      code: 'vlan-in-file',
      message:
        file.name === name
          ? `${file.path} makes an interface ${name}, too`
          : `${file.path} makes VLAN ${id} of ${parent}, too, as ${file.name}`,
      hint: `leave it to that file: link: { device: ${file.name} }, or take it out there`,
    }));
}

function parentObstacles({ name, parent }: VlanLink, { interfaces }: HostFacts): readonly Obstacle[] {
  const found = interfaces.find((link) => link.name === parent);
  if (found === undefined) return [];
  const master = interfaces.find((link) => link.name === found.master);
  return [
    ...(found.isUp
      ? []
      : [
          {
            code: 'parent-down' as const,
            message: `${parent} is down, and ${name} cannot come up before it`,
            hint: `ip link set ${parent} up, and see that it stays so after a reboot`,
          },
        ]),
    // Packets of a port belong to its bond or bridge; a VRF takes none from it.
    ...(found.master === null || master?.kind === 'vrf'
      ? []
      : [
          {
            code: 'parent-enslaved' as const,
            message: `${parent} belongs to ${found.master}: a VLAN on it would go past that one`,
            hint: `put the VLAN on it: link.parent: ${found.master}`,
          },
        ]),
  ];
}

function mtuObstacles(
  { name, parent, mtu }: VlanLink,
  links: readonly VlanLink[],
  { interfaces }: HostFacts,
): readonly Obstacle[] {
  const most = links.find((link) => link.name === parent)?.mtu ?? interfaces.find((link) => link.name === parent)?.mtu;
  if (mtu === null || most === undefined || mtu <= most) return [];
  return [
    {
      code: 'mtu-above-parent',
      message: `${name} is to have MTU ${mtu}, and its parent ${parent} has ${most}`,
      hint: `link.mtu: ${most} at most, or raise that of ${parent} first`,
    },
  ];
}

function enslaved(device: string, { interfaces }: HostFacts): readonly Obstacle[] {
  const master = interfaces.find((link) => link.name === device)?.master ?? null;
  if (master === null) return [];
  const kind = interfaces.find((link) => link.name === master)?.kind ?? 'another interface';
  return [
    {
      code: 'device-enslaved',
      message: `${device} belongs to ${master} (${kind}): MetalLB announces on no interface that has a master`,
      hint: kind === 'vrf' ? 'take it out of the VRF' : `use that one: link: { device: ${master} }`,
    },
  ];
}
