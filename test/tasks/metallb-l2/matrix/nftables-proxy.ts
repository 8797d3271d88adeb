import type { ProxiedService } from '../../../../src/lab/kube-proxy-rules.ts';
import { type LabNode, labNetwork } from '../../../../src/lab/topology.ts';

/**
 * What kube-proxy would program on a node in nftables mode, as input of `nft -f`: tables, marks, base chains and their priorities as in
 * kubernetes/pkg/proxy/nftables/proxier.go. The lab's own kernel has no nf_tables.
 */
export function nftablesProxy(node: LabNode, services: readonly ProxiedService[]): string {
  return (['ip', 'ip6'] as const)
    .map((family) => {
      const own = services.filter(({ vip }) => vip.includes(':') === (family === 'ip6'));
      return table(family, node, own);
    })
    .join('');
}

function table(family: 'ip' | 'ip6', node: LabNode, services: readonly ProxiedService[]): string {
  const pods = family === 'ip6' ? labNetwork.podCidr6 : labNetwork.podCidr;
  const socket = ({ address, port }: ProxiedService['endpoint']) =>
    family === 'ip6' ? `[${address}]:${port}` : `${address}:${port}`;
  const hasEndpoint = ({ policy, endpoint }: ProxiedService) => policy === 'Cluster' || endpoint.node === node.name;
  const chains = services.flatMap((service) => {
    const { name, clusterIp, policy, endpoint } = service;
    const external =
      policy === 'Cluster'
        ? ['jump mark-for-masquerade', `goto service-${name}`]
        : [
            `${family} saddr ${pods} goto service-${name}`,
            `fib saddr type local jump mark-for-masquerade`,
            `fib saddr type local goto service-${name}`,
            ...(hasEndpoint(service) ? [`goto endpoint-${name}`] : []),
          ];
    return [
      chain(`endpoint-${name}`, [
        `${family} saddr ${endpoint.address} jump mark-for-masquerade`,
        `meta l4proto tcp dnat to ${socket(endpoint)}`,
      ]),
      chain(`service-${name}`, [
        `${family} daddr ${clusterIp} tcp dport 80 ${family} saddr != ${pods} jump mark-for-masquerade`,
        `goto endpoint-${name}`,
      ]),
      chain(`external-${name}`, external),
    ];
  });
  const ofAddress = services.flatMap(({ name, vip, clusterIp }) => [
    `${vip} . tcp . 80 : goto external-${name}`,
    `${clusterIp} . tcp . 80 : goto service-${name}`,
  ]);
  const unserved = services.filter((service) => !hasEndpoint(service)).map(({ vip }) => `${vip} . tcp . 80 : drop`);
  const look = (map: string) => `${family} daddr . meta l4proto . th dport vmap @${map}`;
  return `table ${family} kube-proxy {
${chain('mark-for-masquerade', ['meta mark set meta mark or 0x4000'])}
${chain('masquerading', ['meta mark & 0x4000 == 0 return', 'meta mark set meta mark ^ 0x4000', 'masquerade fully-random'])}
${chains.join('\n')}
${map('service-ips', family, ofAddress)}
${map('no-endpoint-services', family, unserved)}
${chain('services', [look('service-ips')])}
${chain('nat-prerouting', ['type nat hook prerouting priority dstnat; policy accept;', 'jump services'])}
${chain('nat-output', ['type nat hook output priority -100; policy accept;', 'jump services'])}
${chain('nat-postrouting', ['type nat hook postrouting priority srcnat; policy accept;', 'jump masquerading'])}
${chain('filter-prerouting', ['type filter hook prerouting priority -110; policy accept;', `ct state new ${family} saddr != ${pods} ${look('no-endpoint-services')}`])}
}
`;
}

const chain = (name: string, lines: readonly string[]) =>
  `  chain ${name} {\n${lines.map((line) => `    ${line}\n`).join('')}  }`;
const map = (name: string, family: 'ip' | 'ip6', elements: readonly string[]) =>
  `  map ${name} {
    type ${family === 'ip' ? 'ipv4_addr' : 'ipv6_addr'} . inet_proto . inet_service : verdict
${elements.length === 0 ? '' : `    elements = { ${elements.join(', ')} }\n`}  }`;
