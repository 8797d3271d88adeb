import type { IpAddress } from '../../domain/address.ts';
import type { PlanWarning } from '../../domain/change.ts';
import type { Decision, DesiredState } from '../../domain/desired-state.ts';
import type { HostFacts } from '../../domain/facts.ts';
import type { VlanLink } from '../../domain/link.ts';
import type { Manifest } from '../../domain/observed.ts';
import type { Failure } from '../../domain/outcome.ts';
import { ok, type Result } from '../../domain/result.ts';
import type { HostSpec } from '../../schema/host-spec.ts';
import { sortLinks, sortRoutes, sortRules, sortSysctls } from '../sort-state.ts';
import { loopGuard } from './loop-guard.ts';
import { markChains, markRules } from './mark.ts';
import { neighborhoodOf } from './neighborhood.ts';
import { chainsFor, netfilterTool } from './netfilter-tool.ts';
import { onlinkRoutes } from './onlink.ts';
import { rendererOf } from './renderer.ts';
import { resolveNetworks } from './resolve-networks.ts';
import type { ResolvedNetwork } from './resolved-network.ts';
import { returnTable } from './return-table.ts';
import { routerSettings } from './router-settings.ts';
import { rpFilterSettings } from './rp-filter.ts';
import { rpfilterChains } from './rpfilter-chain.ts';
import { insideOf, sourceRules } from './source.ts';

/**
 * What one host should have for its networks. `facts` null means that no host was asked: kube-proxy in iptables mode is assumed
 * unless the inventory says otherwise, and rp_filter `all` at 0. `recorded` gives the values from before mlbroute, so that its own
 * settings are not taken for the host's. Errors: one `refused` for each network that makes no sense on this host, all at once.
 */
export function desiredState(
  spec: HostSpec,
  facts: HostFacts | null,
  recorded: Manifest | null,
): Result<{ readonly state: DesiredState; readonly warnings: readonly PlanWarning[] }, readonly Failure[]> {
  const resolution = resolveNetworks(spec, facts, recorded);
  if (!resolution.ok) return resolution;
  const { networks, subnets, ownVlans, warnings } = resolution.value;

  const by = (returnPath: ResolvedNetwork['returnPath']) =>
    networks.filter((network) => network.returnPath === returnPath);
  const [marked, sourced, onlinked] = [by('mark'), by('source'), by('onlink')];
  const guards = [...marked, ...sourced].filter((network) => network.loopGuard).map(loopGuard);
  const inside = insideOf(spec, subnets, new Set(sourced.map(({ family }) => family)));
  const links = linksOf(networks);
  const renderer = rendererOf(spec, facts);
  const { addresses, neighbors, warnings: doubts } = neighborhoodOf(networks);
  return ok({
    state: {
      decisions: networks.map(decisionOf),
      links,
      routes: sortRoutes([
        ...[...marked, ...sourced].flatMap((network) => returnTable(network, gatewayOf(network))),
        ...onlinked.flatMap((network) => onlinkRoutes(network, subnets)),
        ...guards.flatMap(({ routes }) => routes),
      ]),
      rules: sortRules([
        ...marked.flatMap((network) => markRules(network, { pods: spec.podCidrs, inside: inside.cidrs })),
        ...sourced.flatMap((network) => sourceRules(network, inside.cidrs)),
        ...guards.flatMap(({ rules }) => rules),
      ]),
      chains: chainsFor(netfilterTool(spec, facts), [...markChains(marked), ...rpfilterChains(networks)]),
      sysctls: sortSysctls([...rpFilterSettings(networks, { facts, recorded, ownVlans }), ...routerSettings(links)]),
      ...(addresses.length === 0 ? {} : { addresses }),
      ...(neighbors.length === 0 ? {} : { neighbors }),
      ...(renderer === 'networkd' ? {} : { renderer }),
    },
    warnings: [...warnings, ...doubts, ...inside.warnings],
  });
}

function decisionOf(network: ResolvedNetwork): Decision {
  const { name, returnPath, reason, pools, device, gateway, numbers } = network;
  const hasTable = returnPath === 'mark' || returnPath === 'source';
  return {
    network: name,
    returnPath,
    reason,
    pools,
    device: returnPath === 'none' ? null : device,
    gateway: hasTable ? gateway : null,
    table: hasTable ? numbers.table : null,
    fwmark: returnPath === 'mark' ? numbers.fwmark : null,
  };
}

/** A VLAN that any of its networks needs, with an IPv6 address of its own where any of them is for IPv6. */
function linksOf(networks: readonly ResolvedNetwork[]): readonly VlanLink[] {
  const served = networks.filter(({ returnPath }) => returnPath !== 'none');
  const speaksIpv6 = new Set(served.flatMap(({ family, device }) => (family === 'ipv6' ? [device] : [])));
  return sortLinks(
    served.flatMap(({ link }): VlanLink[] => {
      if (link.kind !== 'vlan') return [];
      const { name, parent, id, mtu } = link;
      return [{ name, parent, id, mtu, ...(speaksIpv6.has(name) ? { ipv6: true } : {}) }];
    }),
  );
}

function gatewayOf({ name, gateway }: ResolvedNetwork): IpAddress {
  if (gateway === null)
    throw new Error(`network ${name} has a return table but no gateway: the schema lets none through`);
  return gateway;
}
