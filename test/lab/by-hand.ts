/** What someone who knows everything would type on a node of the lab, as root: the mark method for both tagged networks, the on-link route. */
export const routingByHand = `set -e
${taggedNetwork({ pool: '1.2.3.0/24', gateway: '1.2.3.1', vlan: 100, mark: '0x100', priority: 2000 })}
${taggedNetwork({ pool: '5.6.7.0/24', gateway: '5.6.7.1', vlan: 200, mark: '0x200', priority: 2010 })}
ip route replace 10.9.8.0/24 dev eth0 scope link
`;

/** The VLANs alone: requests come in and are answered by the wrong way. */
export const vlansByHand = [100, 200].map(vlanDevice).join('\n');

function vlanDevice(vlan: number): string {
  return `ip link show eth0.${vlan} >/dev/null 2>&1 || ip link add link eth0 name eth0.${vlan} type vlan id ${vlan}; ip link set eth0.${vlan} up`;
}

function taggedNetwork(network: {
  readonly pool: string;
  readonly gateway: string;
  readonly vlan: number;
  readonly mark: string;
  readonly priority: number;
}): string {
  const { pool, gateway, vlan, priority } = network;
  const device = `eth0.${vlan}`;
  const table = 7000 + vlan;
  const mark = `${network.mark}/0x1f00`;
  return `${vlanDevice(vlan)}
sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0/${vlan}.rp_filter=0
ip route replace ${pool} dev ${device} scope link table ${table}
ip route replace default via ${gateway} dev ${device} onlink table ${table}
ip rule add priority ${priority} fwmark ${mark} to 10.112.0.0/12 lookup main
ip rule add priority ${priority + 1} fwmark ${mark} lookup ${table}
iptables -t mangle -A PREROUTING -i ${device} -d ${pool} -m conntrack --ctdir ORIGINAL -j CONNMARK --set-xmark ${mark}
for chain in PREROUTING OUTPUT; do
  iptables -t mangle -A $chain -m conntrack --ctdir REPLY -m connmark --mark ${mark} -j MARK --set-xmark ${mark}
done`;
}
