import { type Cidr, type Family, familyOf } from '../../domain/address.ts';
import type { PlanWarning } from '../../domain/change.ts';
import { mainTable, type PolicyRule } from '../../domain/routing.ts';
import type { HostSpec } from '../../schema/host-spec.ts';
import type { HostSubnet } from './host-subnets.ts';
import type { ResolvedNetwork } from './resolved-network.ts';

/** What the pools send to `inside` (pods and nodes) stays on main; everything else from them takes the return table. */
export function sourceRules(network: ResolvedNetwork, inside: readonly Cidr[]): readonly PolicyRule[] {
  const { exceptions, lookup, table } = network.numbers;
  const { family } = network;
  return network.pools.flatMap((from) => [
    ...inside
      .filter((to) => familyOf(to) === family)
      .map((to) => ({ family, priority: exceptions, from, to, iif: null, fwmark: null, table: mainTable })),
    { family, priority: lookup, from, to: null, iif: null, fwmark: null, table },
  ]);
}

/**
 * Where replies must not take the return table: pods, and nodes (said by the inventory, else seen on the host). Warns of what is not known of the
 * families that go by the source.
 */
export function insideOf(
  spec: HostSpec,
  subnets: readonly HostSubnet[],
  families: ReadonlySet<Family>,
): { readonly cidrs: readonly Cidr[]; readonly warnings: readonly PlanWarning[] } {
  const nodes = spec.nodeCidrs ?? subnets.map(({ subnet }) => subnet);
  const gaps = [
    { cidrs: spec.podCidrs, code: 'no-pod-cidrs', who: 'pods', hint: 'say pod_cidrs' },
    { cidrs: nodes, code: 'no-node-cidrs', who: 'nodes', hint: 'say node_cidrs' },
  ].flatMap(({ cidrs, ...gap }) =>
    [...families]
      .filter((family) => !cidrs.some((cidr) => familyOf(cidr) === family))
      .map((family) => ({ ...gap, family })),
  );
  return {
    cidrs: [...spec.podCidrs, ...nodes],
    warnings: gaps.map(({ code, who, hint, family }) => ({
      code,
      message: `return_path source: the ${family === 'ipv6' ? 'IPv6 ' : ''}addresses of the ${who} are not known, so replies to them leave by the gateway and are lost`,
      hint,
    })),
  };
}
