import { type Cidr, networkOf, parseCidr, parseIp, parsePool } from '../domain/address.ts';
import { type Diagnostic, unplacedWarning } from '../domain/diagnostic.ts';
import { type Announcement, announcementOf, readAdvertisement } from './announcements.ts';
import type { Manifest } from './manifests.ts';
import { type ClusterNode, readNode } from './nodes.ts';
import { type Pool, poolsOf } from './pools.ts';
import { type ServiceProxy, serviceProxyOf } from './service-proxy.ts';

/** A pool that nodes announce by L2. */
export type AnnouncedPool = Announcement & {
  readonly name: string;
  /** The fewest CIDRs that are exactly its addresses. */
  readonly cidrs: readonly Cidr[];
  readonly annotations: ReadonlyMap<string, string>;
};

/** What the objects of a cluster say about its nodes, and about the addresses of its services. */
export type Cluster = {
  readonly nodes: readonly ClusterNode[];
  readonly pools: readonly AnnouncedPool[];
  readonly proxy: ServiceProxy;
  readonly warnings: readonly Diagnostic[];
};

/** Makes sense of objects of a cluster, whatever else is among them. */
export function readCluster(manifests: readonly Manifest[]): Cluster {
  const nodes = manifests.filter(({ kind }) => kind === 'Node').map(({ body }) => readNode(body));
  const advertisements = manifests
    .filter(({ kind }) => kind === 'L2Advertisement')
    .map(({ body }) => readAdvertisement(body));
  const proxy = serviceProxyOf(manifests, nodes);
  const warnings: Diagnostic[] = [];
  const hasAdvertisements = manifests.some(({ kind }) => /^(L2|BGP)Advertisement$/.test(kind));
  const found = manifests.flatMap(poolsOf);
  if (!hasAdvertisements && found.some(({ protocol }) => protocol === null))
    warnings.push(unplacedWarning('advertisements-missing', noAdvertisements, 'give l2advertisements, too'));
  // Without any, it is more likely that they were not handed over than that the pools are for nothing.
  const assumed = hasAdvertisements ? advertisements : [readAdvertisement(null)];
  const pools = found.flatMap((pool): readonly AnnouncedPool[] => {
    const announcement = announcementOf(pool, assumed, nodes);
    if (announcement === null) {
      const message = `pool "${pool.name}" is announced by no L2Advertisement: it is left out`;
      warnings.push(unplacedWarning('pool-unannounced', message, null));
      return [];
    }
    if (nodes.length > 0 && announcement.nodes.length === 0)
      warnings.push(
        unplacedWarning('pool-without-node', `no node may announce pool "${pool.name}"`, 'see nodeSelectors'),
      );
    return [{ ...announcement, name: pool.name, cidrs: cidrsOf(pool, warnings), annotations: pool.annotations }];
  });
  if (proxy.mode === 'ipvs' && proxy.strictArp === false)
    warnings.push(unplacedWarning('strict-arp', strictArpMissing, 'set ipvs.strictARP: true in its ConfigMap'));
  return { nodes, pools: pools.toSorted((a, b) => (a.name < b.name ? -1 : 1)), proxy, warnings };
}

const noAdvertisements = 'there is no L2Advertisement: every pool is taken to be announced by every node';
const strictArpMissing =
  'kube-proxy runs in ipvs mode without strictARP: every node answers ARP for every service, against MetalLB';

/** MetalLB takes a CIDR with host bits for its network, as Go does. */
function cidrsOf({ name, addresses }: Pool, warnings: Diagnostic[]): readonly Cidr[] {
  return addresses.flatMap((text) => {
    const pool = parsePool(text);
    if (pool.ok) return pool.value;
    const [address = '', length = ''] = text.split('/');
    const ip = parseIp(address);
    const network = ip.ok && /^\d+$/.test(length) ? parseCidr(networkText(ip.value, Number(length))) : pool;
    if (network.ok) return [network.value];
    warnings.push(unplacedWarning('pool', `pool "${name}": ${pool.error}`, 'it is left out'));
    return [];
  });

  function networkText(ip: Parameters<typeof networkOf>[0], length: number): string {
    const limit = ip.includes(':') ? 128 : 32;
    return length > limit ? '' : networkOf(ip, length);
  }
}
