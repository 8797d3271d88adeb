import { err, ok, type Result } from './result.ts';

/** A kernel interface name. At most 15 bytes, no slash or white space (dev_valid_name in net/core/dev.c). */
export type InterfaceName = string & { readonly __brand: 'InterfaceName' };

/** An 802.1Q VLAN id, 1–4094. */
export type VlanId = number & { readonly __brand: 'VlanId' };

/** A VLAN interface that mlbroute makes on a host. It needs no address: MetalLB answers ARP for the VIPs in user space. */
export type VlanLink = {
  readonly name: InterfaceName;
  readonly parent: InterfaceName;
  readonly id: VlanId;
  /** Bytes; null inherits the parent's. */
  readonly mtu: number | null;
};

/** Parses an interface name. */
export function parseInterfaceName(text: string): Result<InterfaceName, string> {
  if (text.length === 0 || Buffer.byteLength(text) > 15) return err(`interface name "${text}" must be 1–15 bytes long`);
  if (/[\s/:]/.test(text) || text === '.' || text === '..')
    return err(`interface name "${text}" has a character the kernel refuses`);
  // The kernel fills in `%d` itself, and /proc/sys/net/ipv4/conf/all is no interface; networkd refuses these too (ifname_valid).
  if (text.includes('%') || text === 'all' || text === 'default')
    return err(`interface name "${text}" means something else to the kernel`);
  return ok(text as InterfaceName);
}

/** Parses a VLAN id. */
export function parseVlanId(id: number): Result<VlanId, string> {
  if (!Number.isInteger(id) || id < 1 || id > 4094) return err(`VLAN id ${id} is outside 1–4094`);
  return ok(id as VlanId);
}
