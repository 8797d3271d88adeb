import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../../src/lab/host-command.ts';
import { kubeProxyFiles } from '../../../../src/lab/kube-proxy-rules.ts';
import { type LabNode, labNetwork } from '../../../../src/lab/topology.ts';
import { type Fleet, startFleet } from '../../../commands/fleet.ts';
import { type Namespace, openNamespace } from '../../../kernel/namespace.ts';
import type { Place, Topology } from './ask.ts';
import { nftablesProxy } from './nftables-proxy.ts';
import { addresses, placeSetUp } from './places.ts';
import { guestFiles, ipv6Of, nodes, prefixed, services } from './services.ts';

const scripts = fileURLToPath(new URL('../../../../lab/guest/usr/local/sbin', import.meta.url));

/** The lab's topology in namespaces of this machine's kernel, with the lab's own pods, servers, speaker and kube-proxy. Clients come by eth1. */
export type NamespaceLab = Topology & {
  readonly fleet: Fleet;
  readonly setProxy: (proxy: 'iptables' | 'nftables') => Promise<void>;
  readonly stop: () => void;
};

/** Needs root, python3, socat, tcpdump, conntrack, iptables, nft, and what a fleet needs. */
export async function startNamespaceLab(): Promise<NamespaceLab> {
  const fleet = startFleet(nodes.length);
  const [lan, router, client, onlink] = [openNamespace(), openNamespace(), openNamespace(), openNamespace()];
  const places: Partial<Record<Place, Namespace>> = { 'beyond-default': lan, router, client, onlink };
  wire(fleet, { lan, router, client, onlink });
  const servers = nodes.flatMap((node) => prepareNode(fleet, node));
  const enter = (place: Place) => {
    const other = places[place];
    return other === undefined ? ['-t', String(fleet.host(place).pid), '-n', '-m'] : ['-t', other.pid, '-n'];
  };
  return {
    fleet,
    run: async (place, script) =>
      (await runCommand(['nsenter', ...enter(place), 'sh', '-s'], { stdin: script })).stdout,
    wires: { enter: ['nsenter', '-t', lan.pid, '-n'], interfaces: ['n1-lan', 'n1-vip'] },
    wayOf: { none: 'n1-lan', onlink: 'n1-lan', source: 'n1-vip', mark: 'n1-vip' },
    setProxy: async (proxy) => {
      for (const { name } of nodes) fleet.host(name).sh(proxyScripts[proxy]);
    },
    stop: () => {
      for (const server of servers) server.kill('SIGKILL');
      for (const namespace of [lan, router, client, onlink]) namespace.stop();
      fleet.stop();
    },
  };
}

/** Each takes the other's place. The nftables mode begins where the iptables mode has nothing, as after a switch and a reboot. */
const proxyScripts = {
  iptables: `set -e
    nft delete table ip kube-proxy 2>/dev/null || true; nft delete table ip6 kube-proxy 2>/dev/null || true
    echo iptables >/etc/lab/kube-proxy/mode; lab-kube-proxy`,
  nftables: `set -e
    for tool in iptables ip6tables; do
      for table in nat filter mangle; do $tool -w 5 -t $table -F; $tool -w 5 -t $table -X; done
    done
    nft -f /etc/lab/kube-proxy/nftables.rules; conntrack -F >/dev/null 2>&1 || true`,
};

/** Puts both nodes on the node LAN, br0, and on the link of the services, br1; beside them the router and the clients. */
function wire(
  fleet: Fleet,
  { lan, router, client, onlink }: Record<'lan' | 'router' | 'client' | 'onlink', Namespace>,
) {
  const quiet = `
    for all in all default; do echo 0 >/proc/sys/net/ipv4/conf/$all/rp_filter; echo 0 >/proc/sys/net/ipv4/conf/$all/arp_ignore; done
    ip link set lo up`;
  for (const { name } of nodes) {
    fleet.host(name).sh(`ip link set peer0 netns ${lan.pid} name ${name}-lan`);
    const move = `ip link set peer1 netns ${lan.pid} name ${name}-vip`;
    fleet.host(name).sh(`nsenter -t ${fleet.gatewayPid(name)} -n ${move}`);
  }
  const link = (bridge: string, port: string, peer: string, { pid }: Namespace) =>
    `ip link add ${port} type veth peer name ${peer} netns ${pid}; ip link set ${port} master ${bridge} up`;
  lan.sh(`${quiet}
    for bridge in br0 br1; do ip link add $bridge type bridge stp_state 0 forward_delay 0 mcast_snooping 0; ip link set $bridge up; done
    ${nodes.map(({ name }) => `ip link set ${name}-lan master br0 up; ip link set ${name}-vip master br1 up`).join('\n')}
    ${link('br0', 'to-onlink', 'eth0', onlink)}
    ${link('br0', 'router-lan', 'lan', router)}
    ${link('br1', 'router-vip', 'vip', router)}
    ${placeSetUp['beyond-default']}`);
  router.sh(`${quiet}
    echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    ip link add out type veth peer name eth0 netns ${client.pid}
    ${addresses('lan', ['192.168.1.2/24', 'fd00:192::2/64'])}
    ${addresses('vip', ['1.2.3.1/24', '5.6.7.1/24', '2001:db8:100::1/64', '2001:db8:200::1/64'])}
    ${addresses('out', ['203.0.113.1/24', '2001:db8:203::1/64'])}
    ip route add 10.9.8.0/24 dev lan; ip route add 2001:db8:10::/64 dev lan`);
  client.sh(`${quiet}\n${placeSetUp.client}`);
  onlink.sh(`${quiet}\n${placeSetUp.onlink}`);
}

/** Makes a node of a host of the fleet, as strict about sources as it can be, and starts what serves and announces there. */
function prepareNode(fleet: Fleet, node: LabNode): readonly ChildProcess[] {
  const { pid, sh } = fleet.host(node.name);
  const root = join(fleet.directory, node.name);
  const own = ipv6Of(node);
  const files = {
    ...guestFiles(node),
    ...prefixed('/etc/lab/kube-proxy/', {
      ...kubeProxyFiles(node, services),
      'nftables.rules': nftablesProxy(node, services),
    }),
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  // Not where they lie: a host's namespace hides some of this machine's folders.
  cpSync(scripts, join(root, 'usr/local/sbin'), { recursive: true });
  sh(`set -e
    ip address flush dev eth0; ${addresses('eth0', [`${node.address}/24`, `${own.address}/64`])}
    for device in eth0 eth1; do
      echo 0 >/proc/sys/net/ipv6/conf/$device/accept_dad; echo 0 >/proc/sys/net/ipv6/conf/$device/addr_gen_mode
    done
    ip route replace default via ${labNetwork.gateway}; ip route replace default via fd00:192::1
    cp -r ${root}/. /
    chmod 755 /usr/local/sbin/lab-*; lab-pods
    cd /proc/sys/net/ipv4/conf; for name in default eth0 eth1 cali1 cali2 all; do echo 1 >$name/rp_filter; done`);
  const start = (command: string) =>
    spawn(
      'nsenter',
      ['-t', String(pid), '-n', '-m', 'unshare', '--uts', 'sh', '-c', `hostname ${node.name}; exec ${command}`],
      {
        stdio: 'ignore',
      },
    );
  return [
    start('ip netns exec p1 lab-serve pod 8080'),
    start('lab-serve host 8081'),
    start('lab-speaker /etc/lab/speaker'),
  ];
}
