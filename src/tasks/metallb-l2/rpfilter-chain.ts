import { familyOf } from '../../domain/address.ts';
import type { NetfilterChain } from '../../domain/netfilter.ts';
import type { ResolvedNetwork } from './resolved-network.ts';

/**
 * The chain that checks sources in place of the kernel's rp_filter where `rp_filter: rpfilter` is asked for: requests to the pools pass, all
 * else that comes in by the device needs a way back by it. In `raw`, where a request still has the service's address.
 */
export function rpfilterChains(networks: readonly ResolvedNetwork[]): readonly NetfilterChain[] {
  const devices = [
    ...new Set(
      networks.flatMap(({ rpFilter, returnPath, device }) =>
        rpFilter === 'rpfilter' && returnPath !== 'none' ? [device] : [],
      ),
    ),
  ].sort();
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const served = networks.filter(
      ({ device, pools }) => devices.includes(device) && pools.some((pool) => familyOf(pool) === family),
    );
    const guarded = devices.filter((device) => served.some((network) => network.device === device));
    if (guarded.length === 0) return [];
    const passes = served.flatMap(({ pools, device }) =>
      pools.filter((pool) => familyOf(pool) === family).map((pool) => `-d ${pool} -i ${device} -j RETURN`),
    );
    const drops = guarded.map((device) => `-i ${device} -m rpfilter --invert -j DROP`);
    const rules = [...new Set(passes)].sort().concat(drops);
    return [{ family, table: 'raw', name: 'MLBROUTE-RPFILTER', hook: 'PREROUTING', rules }] as const;
  });
}
