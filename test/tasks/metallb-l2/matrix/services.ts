import type { ProxiedService } from '../../../../src/lab/kube-proxy-rules.ts';
import { type LabNode, labNetwork, labNodes } from '../../../../src/lab/topology.ts';
import { type Backend, backends, type Family, families, type Method, methods } from './cells.ts';

/** A service of the matrix: announced by the first node, known on both. */
export type MatrixService = ProxiedService & {
  readonly method: Method;
  readonly family: Family;
  readonly backend: Backend;
  /** The first words of its answer. */
  readonly answers: string;
};

export const nodes = labNodes(2);

/** The pools of a method, where they begin to give addresses, and the gateway of clients outside. */
const pools = {
  none: { ipv4: ['192.168.1.200-192.168.1.210', '192.168.1.20'], ipv6: ['fd00:192::ff00/120', 'fd00:192::ff0'] },
  onlink: { ipv4: ['10.9.8.0/24', '10.9.8.1'], ipv6: ['2001:db8:10::/64', '2001:db8:10::1'] },
  source: { ipv4: ['5.6.7.0/24', '5.6.7.1'], ipv6: ['2001:db8:200::/64', '2001:db8:200::1'] },
  mark: { ipv4: ['1.2.3.0/24', '1.2.3.1'], ipv6: ['2001:db8:100::/64', '2001:db8:100::1'] },
} as const;
export const gateways = {
  onlink: ['10.9.8.1', '2001:db8:10::1'],
  source: ['5.6.7.1', '2001:db8:200::1'],
  mark: ['1.2.3.1', '2001:db8:100::1'],
} as const;

/** The IPv6 addresses of a node, beside those of the lab. */
export const ipv6Of = ({ index }: LabNode) => ({
  address: `fd00:192::1${index}`,
  podCidr: `fd00:112:0:${index}::/64`,
  podServer: `fd00:112:0:${index}::2`,
  podClient: `fd00:112:0:${index}::3`,
});

/** An inventory's networks, one for each method, where requests to `source` and `mark` come in by these links. */
export function networksOf(links: { readonly source: object; readonly mark: object }) {
  const network = (name: string, method: Method, more: object) => ({
    ...{ name, pools: [pools[method].ipv4[0], pools[method].ipv6[0]], return_path: method },
    ...more,
  });
  return {
    none: network('lan', 'none', { link: { device: 'eth0' } }),
    onlink: network('segment', 'onlink', { link: { device: 'eth0' } }),
    source: network('second', 'source', { link: links.source, gateway: gateways.source }),
    mark: network('public', 'mark', { link: links.mark, gateway: gateways.mark }),
  };
}

export const podCidrs = [labNetwork.podCidr, labNetwork.podCidr6];

export const services: readonly MatrixService[] = families.flatMap((family, f) =>
  methods.flatMap((method, m) =>
    backends.map((backend, b) => {
      const [announcer, other] = nodes;
      if (announcer === undefined || other === undefined) throw new Error('two nodes');
      const node = backend === 'cluster-remote' ? other : announcer;
      const addresses = family === 'ipv6' ? ipv6Of(node) : node;
      const isHost = backend === 'host-network';
      const number = 10 * m + b + 1;
      return {
        ...{ method, family, backend, port: 80 as const },
        name: `${method}-${backend}-${family}`,
        vip: `${pools[method][family][1]}${b + 1}`,
        clusterIp: f === 0 ? `10.96.0.${number}` : `fd00:96::${number}`,
        policy: backend === 'local' || isHost ? ('Local' as const) : ('Cluster' as const),
        endpoint: {
          node: node.name,
          address: isHost ? addresses.address : addresses.podServer,
          port: isHost ? 8081 : 8080,
        },
        answers: `${isHost ? 'host' : 'pod'} ${node.name}`,
      };
    }),
  ),
);

/** The files of the lab's scripts on a node: what runs there, and for the announcing node what it answers for. */
export function guestFiles(node: LabNode): Readonly<Record<string, string>> {
  const others = nodes.filter((other) => other !== node);
  const own = ipv6Of(node);
  return {
    '/etc/lab/node': `POD_SERVER=${node.podServer} POD_CLIENT=${node.podClient}
POD_ROUTES="${others.map((other) => `${other.podCidr}=${other.address}`).join(' ')}"
POD_SERVER6=${own.podServer} POD_CLIENT6=${own.podClient}
POD_ROUTES6="${others.map((other) => `${ipv6Of(other).podCidr}=${ipv6Of(other).address}`).join(' ')}"
`,
    '/etc/lab/speaker': node === nodes[0] ? services.map(({ vip }) => `${vip} *\n`).join('') : '',
  };
}

/** The same files in a folder. */
export const prefixed = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}${name}`, text]));
