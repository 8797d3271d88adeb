import { parseIp } from '../domain/address.ts';
import type { ObservedInterface } from '../domain/facts.ts';
import type { InterfaceName, VlanId } from '../domain/link.ts';

/** One element of `ip -j -d address show`, as far as it is used. Keys that iproute2 adds are ignored. */
type AddressShow = {
  readonly ifindex?: number;
  readonly ifname?: string;
  readonly link?: string;
  readonly master?: string;
  readonly flags?: readonly string[];
  readonly mtu?: number;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: { readonly id?: number } };
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
};

/** Parses `ip -j -d address show`; the kernel's order. Throws SyntaxError if it is not JSON. Source: ip-address(8). */
export function parseInterfaces(json: string): readonly (ObservedInterface & { readonly index: number })[] {
  return (
    (JSON.parse(json) as readonly AddressShow[])
      // `ip -d` prints an empty object for what a filter left out.
      .filter((link) => link.ifname !== undefined)
      .map((link) => {
        const kind = link.linkinfo?.info_kind ?? null;
        return {
          index: link.ifindex ?? 0,
          name: link.ifname as InterfaceName,
          isUp: link.flags?.includes('UP') ?? false,
          kind,
          parent: kind === 'vlan' ? ((link.link ?? null) as InterfaceName | null) : null,
          vlanId: kind === 'vlan' ? ((link.linkinfo?.info_data?.id ?? null) as VlanId | null) : null,
          mtu: link.mtu ?? 0,
          master: (link.master ?? null) as InterfaceName | null,
          addresses: (link.addr_info ?? []).flatMap(({ local, prefixlen }) => {
            const address = parseIp(local ?? '');
            return address.ok && prefixlen !== undefined ? [{ address: address.value, prefixLength: prefixlen }] : [];
          }),
        };
      })
  );
}
