import { type Cidr, type IpAddress, isLinkLocal, networkOf } from '../../domain/address.ts';
import type { HostFacts, ObservedInterface } from '../../domain/facts.ts';
import type { InterfaceName } from '../../domain/link.ts';

/** A subnet the host is connected to. */
export type HostSubnet = { readonly device: InterfaceName; readonly address: IpAddress; readonly subnet: Cidr };

/**
 * The subnets of the host's own addresses, sorted. Left out are loopback and dummy interfaces (kube-ipvs0 carries the service
 * addresses themselves), pods' veths, link-local addresses, single addresses without a subnet, and the VLANs in `ownVlans`.
 */
export function hostSubnets(facts: HostFacts, ownVlans: ReadonlySet<string>): readonly HostSubnet[] {
  return facts.interfaces
    .filter((candidate) => isNodeInterface(candidate) && !ownVlans.has(candidate.name))
    .flatMap(({ name, addresses }) =>
      addresses
        .filter(
          ({ address, prefixLength }) => prefixLength < (address.includes(':') ? 128 : 32) && !isLinkLocal(address),
        )
        .map(({ address, prefixLength }) => ({ device: name, address, subnet: networkOf(address, prefixLength) })),
    )
    .sort((a, b) => (`${a.subnet} ${a.device}` < `${b.subnet} ${b.device}` ? -1 : 1));
}

function isNodeInterface({ name, kind }: ObservedInterface): boolean {
  return name !== 'lo' && kind !== 'veth' && kind !== 'dummy';
}
