import { type Cidr, type IpAddress, parseCidr, parseIp } from '../../src/domain/address.ts';
import type { HostFacts, ObservedInterface } from '../../src/domain/facts.ts';
import { type InterfaceName, parseInterfaceName, parseVlanId, type VlanId } from '../../src/domain/link.ts';
import type { Manifest } from '../../src/domain/observed.ts';
import type { Result } from '../../src/domain/result.ts';
import type { HostSpec, NetworkSpec } from '../../src/schema/host-spec.ts';

/** The value of a result that must be one. */
export function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

export const cidr = (text: string): Cidr => must(parseCidr(text));
export const ip = (text: string): IpAddress => must(parseIp(text));
export const device = (text: string): InterfaceName => must(parseInterfaceName(text));

/** A VLAN link as the schema gives it. */
export function vlan(parent: string, id: number, mtu: number | null = null): NetworkSpec['link'] {
  const vlanId: VlanId = must(parseVlanId(id));
  return { kind: 'vlan', parent: device(parent), id: vlanId, name: device(`${parent}.${id}`), mtu };
}

/** The article's network: 1.2.3.0/24 behind the gateway 1.2.3.1 on VLAN 100 of eth0. */
export function network(changes: Partial<NetworkSpec> = {}): NetworkSpec {
  return {
    name: 'public',
    pools: [cidr('1.2.3.0/24')],
    link: vlan('eth0', 100),
    gateway: ip('1.2.3.1'),
    address: null,
    neighbor: null,
    returnPath: 'auto',
    table: null,
    mark: null,
    priority: null,
    rpFilter: 'auto',
    loopGuard: true,
    force: false,
    ...changes,
  };
}

/** A host with the article's network and pods in 10.112.0.0/12. */
export function hostSpec(changes: Partial<HostSpec> = {}): HostSpec {
  return {
    networks: [network()],
    podCidrs: [cidr('10.112.0.0/12')],
    nodeCidrs: null,
    kubeProxy: 'auto',
    netfilter: 'auto',
    renderer: 'auto',
    activate: 'hitless',
    networkdParentFile: null,
    netplanParentId: null,
    ...changes,
  };
}

/** An interface with addresses like `192.168.1.10/24`. */
export function iface(
  name: string,
  addresses: readonly string[] = [],
  changes: Partial<ObservedInterface> = {},
): ObservedInterface {
  return {
    name: device(name),
    isUp: true,
    kind: null,
    parent: null,
    vlanId: null,
    mtu: 1500,
    master: null,
    addresses: addresses.map((text) => {
      const [address = '', length] = text.split('/');
      return { address: ip(address), prefixLength: Number(length) };
    }),
    ...changes,
  };
}

/** A Debian node with eth0 192.168.1.10/24, kube-proxy in iptables mode, and rp_filter off. */
export function hostFacts(changes: Partial<HostFacts> = {}): HostFacts {
  return {
    bootId: 'b',
    kernelRelease: '6.1.0',
    osId: 'debian',
    systemdVersion: 252,
    isNetworkdActive: true,
    iptables: 'nf_tables',
    programs: [],
    serviceProxy: { kind: 'iptables', evidence: 'KUBE-SERVICES in nat' },
    interfaces: [iface('lo', ['127.0.0.1/8']), iface('eth0', ['192.168.1.10/24'])],
    networkFileOf: { eth0: '/etc/systemd/network/10-eth0.network' },
    networkFiles: [],
    unreadNetworkFiles: [],
    loadedNetworks: [],
    others: { marks: [], rules: [], routes: [], linkFiles: [], vlansOf: {} },
    rpFilter: { all: 0, default: 0, lo: 0, eth0: 0 },
    ...changes,
  };
}

/** What a confirmed push left behind. */
export function manifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    version: 1,
    generation: 1,
    pushedBy: null,
    desired: { decisions: [], links: [], routes: [], rules: [], chains: [], sysctls: [] },
    files: [],
    sysctlsBefore: {},
    links: [],
    ...changes,
  };
}
