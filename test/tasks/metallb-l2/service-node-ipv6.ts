import { type ChildProcess, spawn } from 'node:child_process';
import type { ServiceNode } from './service-node.ts';

/** The same service at [2001:db8:1::5]:80, for a client of IPv6: the node's default route leads nowhere there, too. The process is to be killed in the end. */
export function startIpv6({ node, gateway, pod, macOf, podPid }: ServiceNode): ChildProcess {
  node(`
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    for device in eth0 eth1 cali1; do
      echo 0 >/proc/sys/net/ipv6/conf/$device/accept_dad
      echo 0 >/proc/sys/net/ipv6/conf/$device/addr_gen_mode
    done
    ip -6 address add fd00::10/64 dev eth0 nodad; ip -6 route add default via fd00::1 dev eth0
    ip -6 route add fd00:112::5 dev cali1
    ip6tables -w 5 -t nat -A PREROUTING -d 2001:db8:1::5 -p tcp --dport 80 -j DNAT --to-destination '[fd00:112::5]:8080'`);
  pod(`
    echo 0 >/proc/sys/net/ipv6/conf/pod0/accept_dad
    ip -6 address add fd00:112::5/128 dev pod0 nodad; ip -6 route add default via fe80::1 dev pod0
    ip neigh add fe80::1 lladdr ${macOf('cali1')} dev pod0 nud permanent`);
  node(
    `ip neigh add fd00:112::5 lladdr ${pod("ip -o link show pod0 | sed 's/.*ether \\([^ ]*\\).*/\\1/'").trim()} dev cali1 nud permanent`,
  );
  gateway(`
    echo 0 >/proc/sys/net/ipv6/conf/peer1/accept_dad; echo 0 >/proc/sys/net/ipv6/conf/peer1/addr_gen_mode
    ip -6 address add 2001:db8:1::1/64 dev peer1 nodad; ip -6 address add 2001:db8:9::9/128 dev lo nodad
    ip neigh replace 2001:db8:1::5 lladdr ${macOf('eth1')} dev peer1 nud permanent`);
  return spawn(
    'nsenter',
    ['-t', podPid, '-n', 'socat', 'TCP6-LISTEN:8080,fork,reuseaddr,ipv6only=1', 'SYSTEM:echo here'],
    { stdio: 'ignore' },
  );
}

/** Asks that service from outside and waits so many seconds for a connection: `here`, or `nobody`. */
export function askOverIpv6({ gateway }: ServiceNode, patience: number): string {
  return gateway(
    `socat -T10 - TCP6:[2001:db8:1::5]:80,bind=[2001:db8:9::9],connect-timeout=${patience} 2>/dev/null || echo nobody`,
  ).trim();
}
