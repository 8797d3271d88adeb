import { err, ok, type Result } from './result.ts';

/** A kernel interface name of at most 15 characters, all of which every tool on the way takes for what they are. Made only by `parseInterfaceName`. */
export type InterfaceName = string & { readonly __brand: 'InterfaceName' };

/** An 802.1Q VLAN id, 1–4094. */
export type VlanId = number & { readonly __brand: 'VlanId' };

/** A VLAN interface that mlbroute makes on a host. It needs no IPv4 address: MetalLB answers ARP for the VIPs in user space. */
export type VlanLink = {
  readonly name: InterfaceName;
  readonly parent: InterfaceName;
  readonly id: VlanId;
  /** Bytes; null inherits the parent's. */
  readonly mtu: number | null;
  /** True: with an IPv6 link-local address, which neighbor discovery speaks from. Missing: without any. */
  readonly ipv6?: true;
};

/**
 * Parses an interface name. The kernel takes nearly anything (dev_valid_name in net/core/dev.c); here only what means itself to every
 * tool on the way is taken: iptables reads `+` as "any", networkd globs, ip(8) `@` and a leading `-`, sysctl `/`.
 */
export function parseInterfaceName(text: string): Result<InterfaceName, string> {
  if (text.length === 0 || Buffer.byteLength(text) > 15) return err(`interface name "${text}" must be 1–15 bytes long`);
  if (/[\s/:]/.test(text) || text === '.' || text === '..')
    return err(`interface name "${text}" has a character the kernel refuses`);
  // The kernel fills in `%d` itself, and /proc/sys/net/ipv4/conf/all is no interface.
  if (text.includes('%') || text === 'all' || text === 'default')
    return err(`interface name "${text}" means something else to the kernel`);
  // networkd refuses numbers (ifname_valid in systemd's parse-util.c): they would be indices.
  if (/^\d+$/.test(text)) return err(`interface name "${text}" is a number, which networkd and ip take for an index`);
  if (!/^\w[\w.-]*$/.test(text))
    return err(`interface name "${text}" has more than letters, digits, ".", "_" and "-", which tools would misread`);
  return ok(text as InterfaceName);
}

/** Parses a VLAN id. */
export function parseVlanId(id: number): Result<VlanId, string> {
  if (!Number.isInteger(id) || id < 1 || id > 4094) return err(`VLAN id ${id} is outside 1–4094`);
  return ok(id as VlanId);
}

/** How the kernel makes the link-local address of a VLAN, in the words of ip-link(8) for `addrgenmode`. */
export function addrgenmodeOf({ ipv6 }: Pick<VlanLink, 'ipv6'>): 'eui64' | 'none' {
  return ipv6 === true ? 'eui64' : 'none';
}

/** By how many of the others a link stands on, then by name. */
export function parentsFirst(links: readonly VlanLink[]): VlanLink[] {
  // No tower is higher than all links together, even if two should stand on each other.
  const depthOf = ({ parent }: VlanLink, most = links.length): number => {
    const below = links.find(({ name }) => name === parent);
    return below === undefined || most === 0 ? 0 : 1 + depthOf(below, most - 1);
  };
  return [...links].sort((a, b) => depthOf(a) - depthOf(b) || (a.name < b.name ? -1 : 1));
}
