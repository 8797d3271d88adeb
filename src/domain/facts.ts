import type { IpAddress } from './address.ts';
import type { InterfaceName, VlanId } from './link.ts';
import type { NetworkFile } from './network-file.ts';
import type { OtherUses } from './other-uses.ts';

/** Who turns a service address into a pod address on a host. `none`: no trace of any was found. */
export type ServiceProxy = 'iptables' | 'nftables' | 'ipvs' | 'cilium' | 'none';

/** An interface as the kernel has it. */
export type ObservedInterface = {
  readonly name: InterfaceName;
  readonly isUp: boolean;
  /** `IFLA_INFO_KIND`, e.g. `vlan`, `veth`, `bond`; null for hardware. */
  readonly kind: string | null;
  readonly parent: InterfaceName | null;
  readonly vlanId: VlanId | null;
  readonly mtu: number;
  /** The bridge, bond or VRF it belongs to. */
  readonly master: InterfaceName | null;
  readonly addresses: readonly { readonly address: IpAddress; readonly prefixLength: number }[];
};

/** What a host is, as opposed to what mlbroute wants of it. */
export type HostFacts = {
  readonly bootId: string;
  readonly kernelRelease: string;
  /** `ID` of os-release, e.g. `debian`. */
  readonly osId: string;
  /** The user that mlbroute is there, where that is not root; missing: it is. */
  readonly foreignUid?: string;
  /** Null where the host does not run systemd. */
  readonly systemdVersion: number | null;
  readonly isNetworkdActive: boolean;
  readonly iptables: 'legacy' | 'nf_tables' | null;
  /** Programs that make chains and are of no use on this host, with the reason; missing: none is known to be. */
  readonly netfilterFaults?: { readonly [tool in 'iptables' | 'ip6tables' | 'nft']?: string };
  /** Programs of the asked-for list that are on the host's PATH. */
  readonly programs: readonly string[];
  readonly serviceProxy: { readonly kind: ServiceProxy; readonly evidence: string };
  readonly interfaces: readonly ObservedInterface[];
  /** Which .network file configures an interface, by networkd's own word. */
  readonly networkFileOf: { readonly [device: string]: string };
  /** All .network files in the order networkd tries them. */
  readonly networkFiles: readonly NetworkFile[];
  /** Files of networkd's that changed after it started, and folders, ending in `/`, out of which some went: a reload would put it all into effect. */
  readonly unreadNetworkFiles: readonly string[];
  /** Names without `.network` of the files that networkd has in memory; only where some are unread. */
  readonly loadedNetworks: readonly string[];
  readonly others: OtherUses;
  /** False where the kernel has no IPv6 at all; missing: it has. */
  readonly hasIpv6?: false;
  /** `net.ipv4.conf.*.rp_filter`, with `all` and `default`. */
  readonly rpFilter: { readonly [device: string]: number };
};
