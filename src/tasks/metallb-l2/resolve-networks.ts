import { familyOf } from '../../domain/address.ts';
import type { PlanWarning } from '../../domain/change.ts';
import type { HostFacts } from '../../domain/facts.ts';
import type { Manifest } from '../../domain/observed.ts';
import type { Failure } from '../../domain/outcome.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import type { HostSpec, NetworkSpec } from '../../schema/host-spec.ts';
import { checkHost } from './check-host.ts';
import { chooseReturnPath } from './choose-return-path.ts';
import { type HostSubnet, hostSubnets } from './host-subnets.ts';
import { type Numbers, numberNetworks } from './numbering.ts';
import { deviceOf, type ResolvedNetwork } from './resolved-network.ts';
import { serviceProxyOf } from './service-proxy.ts';

/** All networks of a host with every choice made, in the order of the inventory. */
export type Resolution = {
  readonly networks: readonly ResolvedNetwork[];
  readonly subnets: readonly HostSubnet[];
  /** VLANs that mlbroute makes now or has made before. */
  readonly ownVlans: ReadonlySet<string>;
  readonly warnings: readonly PlanWarning[];
};

/** Makes every choice for a host. Errors: one `refused` for each network that makes no sense there, all at once. */
export function resolveNetworks(
  spec: HostSpec,
  facts: HostFacts | null,
  recorded: Manifest | null,
): Result<Resolution, readonly Failure[]> {
  const madeVlans = new Set(recorded?.links ?? []);
  const wantedVlans = spec.networks.flatMap(({ link }) => (link.kind === 'vlan' ? [link.name] : []));
  const ownVlans = new Set([...madeVlans, ...wantedVlans]);
  const subnets = facts === null ? [] : hostSubnets(withoutOwn(facts, spec, recorded), ownVlans);
  const proxy = serviceProxyOf(spec, facts);
  const numbers = numberNetworks(spec.networks);

  const networks: ResolvedNetwork[] = [];
  const warnings: PlanWarning[] = [];
  const failures: Failure[] = [];
  for (const [index, network] of spec.networks.entries()) {
    const resolved = resolveOne(network, numbers[index]);
    if (!resolved.ok) failures.push(resolved.error);
    else networks.push(resolved.value);
  }
  return failures.length > 0 ? err(failures) : ok({ networks, subnets, ownVlans, warnings });

  function resolveOne(
    network: NetworkSpec,
    numbered: Result<Numbers, Failure> | undefined,
  ): Result<ResolvedNetwork, Failure> {
    if (numbered === undefined) throw new Error(`network ${network.name} has no numbers`);
    const choice = chooseReturnPath(network, proxy, subnets);
    if (!choice.ok) return choice;
    if (!numbered.ok) return numbered;
    const { returnPath, reason } = choice.value;
    const [first] = network.pools;
    if (first === undefined) throw new Error(`network ${network.name} has no pool: the schema lets none through`);
    const resolved = {
      name: network.name,
      family: familyOf(first),
      pools: [...new Set(network.pools)].sort(),
      device: deviceOf(network.link),
      link: network.link,
      hasAddress: hasIpv4Address(network.link, spec, facts === null ? null : withoutOwn(facts, spec, recorded)),
      gateway: network.gateway,
      address: network.address,
      neighbor: network.neighbor,
      returnPath,
      reason,
      numbers: numbered.value,
      rpFilter: network.rpFilter,
      loopGuard: network.loopGuard,
    };
    const obstacle = facts === null ? null : checkHost(resolved, { spec, facts, subnets, ownVlans, madeVlans });
    if (obstacle !== null) return err(obstacle);
    // Of a network of two families the same may be doubted twice.
    const isNew = ({ message }: PlanWarning) => !warnings.some((earlier) => earlier.message === message);
    warnings.push(...choice.value.warnings.filter(isNew));
    return ok(resolved);
  }
}

/** A host without the addresses that mlbroute gives or gave it: they make no subnet of the host's, and may go. */
function withoutOwn(facts: HostFacts, { networks }: HostSpec, recorded: Manifest | null): HostFacts {
  const own = new Set([
    ...networks.flatMap(({ link, address }) => (address === null ? [] : [`${deviceOf(link)} ${address.address}`])),
    ...(recorded?.desired.addresses ?? []).map(({ device, address }) => `${device} ${address}`),
  ]);
  return {
    ...facts,
    interfaces: facts.interfaces.map((link) => ({
      ...link,
      addresses: link.addresses.filter(({ address }) => !own.has(`${link.name} ${address}`)),
    })),
  };
}

/** True where a network gives it one, or where it has one that is not mlbroute's to take. */
function hasIpv4Address(link: NetworkSpec['link'], { networks }: HostSpec, facts: HostFacts | null): boolean {
  if (networks.some((network) => deviceOf(network.link) === deviceOf(link) && network.address !== null)) return true;
  if (link.kind === 'vlan') return false;
  const present = facts?.interfaces.find(({ name }) => name === link.device);
  return present?.addresses.some(({ address }) => !address.includes(':')) ?? false;
}
