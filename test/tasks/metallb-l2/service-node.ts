import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { type Fleet, startFleet } from '../../commands/fleet.ts';
import { openNamespace } from '../../kernel/namespace.ts';

/**
 * A node with a pod behind a service 1.2.3.5:80, a gateway at the other end of eth1, and clients in the gateway's own namespace. The node's
 * default route leads nowhere: a reply that takes it is lost.
 */
export type ServiceNode = {
  readonly fleet: Fleet;
  /** Run shell scripts there; they throw where one fails. */
  readonly node: (script: string) => string;
  readonly gateway: (script: string) => string;
  readonly pod: (script: string) => string;
  /** A process, as seen here, in the pod's network namespace. */
  readonly podPid: string;
  readonly macOf: (device: string) => string;
  /** Asks the service from outside and waits so many seconds for a connection: `here`, or `nobody`. */
  readonly ask: (patience: number, from?: string) => string;
  readonly stop: () => void;
};

/** An address of a client, and one of the pods' network, in the gateway's namespace. */
export const client = '203.0.113.9';
export const falsePod = '10.112.9.9';

/** Needs root, socat(1), and what a fleet needs. */
export function startServiceNode(): ServiceNode {
  const fleet = startFleet(1);
  const pod = openNamespace();
  const node = (script: string) => fleet.host('n1').sh(`set -e\n${script}`);
  const gateway = (script: string) => {
    const enter = ['-t', String(fleet.gatewayPid('n1')), '-n', 'sh', '-euc', script];
    const { status, stdout, stderr } = spawnSync('nsenter', enter, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`exit ${status}\n${stdout}${stderr}`);
    return stdout;
  };
  const macOf = (device: string) => node(`cat /sys/class/net/${device}/address`).trim();
  node(`
    echo 1 >/proc/sys/net/ipv4/ip_forward
    ip link add cali1 type veth peer name pod0; ip link set pod0 netns ${pod.pid}; ip link set cali1 addrgenmode none up
    ip route add 10.112.0.5 dev cali1
    for protocol in tcp udp; do
      iptables -w 5 -t nat -A PREROUTING -d 1.2.3.5 -p $protocol --dport 80 -j DNAT --to-destination 10.112.0.5:8080
    done`);
  pod.sh(`
    ip link set lo up; ip link set pod0 up; ip address add 10.112.0.5/32 dev pod0
    ip route add 169.254.1.1 dev pod0 scope link; ip route add default via 169.254.1.1
    ip neigh add 169.254.1.1 lladdr ${macOf('cali1')} dev pod0 nud permanent`);
  const server: ChildProcess = spawn(
    'nsenter',
    ['-t', pod.pid, '-n', 'socat', 'TCP-LISTEN:8080,fork,reuseaddr', 'SYSTEM:echo here'],
    { stdio: 'ignore' },
  );
  // MetalLB's part: who asks for the service's address is told that of eth1.
  gateway(`
    ip link set lo up; ip address add ${client}/32 dev lo; ip address add ${falsePod}/32 dev lo
    for address in 1.2.3.5 1.2.3.6 1.2.3.7 1.2.3.77; do
      ip neigh replace $address lladdr ${macOf('eth1')} dev peer1 nud permanent
    done`);
  return {
    ...{ fleet, node, gateway, macOf, pod: pod.sh, podPid: pod.pid },
    ask: (patience, from = client) =>
      gateway(
        `socat -T10 - TCP4:1.2.3.5:80,bind=${from},connect-timeout=${patience} 2>/dev/null || echo nobody`,
      ).trim(),
    stop: () => {
      server.kill('SIGKILL');
      pod.stop();
      fleet.stop();
    },
  };
}
