import type { NetfilterChain } from '../../domain/netfilter.ts';
import type { ResolvedNetwork } from './resolved-network.ts';

/**
 * The chain that checks sources in place of the kernel's rp_filter where `rp_filter: rpfilter` is asked for: requests to the pools pass, all
 * else that comes in by the device needs a way back by it. In `raw`, where a request still has the service's address. What neighbor discovery of
 * IPv6 sends may come from any address of a router.
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
    const served = networks.filter((network) => devices.includes(network.device) && network.family === family);
    const guarded = devices.filter((device) => served.some((network) => network.device === device));
    if (guarded.length === 0) return [];
    const passes = served.flatMap(({ pools, device }) => pools.map((pool) => `-d ${pool} -i ${device} -j RETURN`));
    const spared = family === 'ipv6' ? '! -p ipv6-icmp ' : '';
    const drops = guarded.map((device) => `-i ${device} ${spared}-m rpfilter --invert -j DROP`);
    const rules = [...new Set(passes)].sort().concat(drops);
    return [{ family, table: 'raw', name: 'MLBROUTE-RPFILTER', hook: 'PREROUTING', rules }] as const;
  });
}
