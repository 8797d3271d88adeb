import { type Cidr, cidrsOverlap, familyOf, familyWord, type IpAddress, parsePool } from '../domain/address.ts';
import type { Fwmark } from '../domain/routing.ts';
import { formatFwmark } from '../domain/routing.ts';
import { checkPriorities } from './check-priorities.ts';
import type { WrittenNetwork } from './host-spec.ts';

/** A network and its place in the list, with the pools as they were written. */
export type PlacedNetwork = {
  readonly index: number;
  readonly spec: WrittenNetwork;
  readonly poolTexts: readonly string[];
};

/** Something wrong with a value at a path below `networks`. */
export type NetworkFault = {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
};

/** What can only be seen by looking at several keys or several networks at once. Each fault stands at the later of two. */
export function checkNetworks(networks: readonly PlacedNetwork[], podCidrs: readonly Cidr[]): readonly NetworkFault[] {
  return [
    ...networks.flatMap((network, place) => [
      ...checkGateways(network),
      ...checkNeighborhood(network),
      ...checkPools(network, podCidrs),
      ...networks.slice(0, place).flatMap((earlier) => comparePair(earlier.spec, network)),
    ]),
    ...checkPriorities(networks),
  ];
}

/** Pools that would catch what is no service: everything, or the pods. */
function checkPools({ index, poolTexts }: PlacedNetwork, podCidrs: readonly Cidr[]): readonly NetworkFault[] {
  return poolTexts.flatMap((text, place): readonly NetworkFault[] => {
    const pool = parsePool(text);
    if (!pool.ok) return [];
    const path = [index, 'pools', place];
    if (pool.value.some((cidr) => cidr.endsWith('/0'))) {
      const hint = 'write the addresses MetalLB gives to services';
      return [{ path, code: 'pool', message: `pool ${text} is every address there is`, hint }];
    }
    const pods = podCidrs.find((cidr) => pool.value.some((each) => cidrsOverlap(cidr, each)));
    if (pods === undefined) return [];
    const message = `pool ${text} overlaps the pod network ${pods} of pod_cidrs`;
    return [{ path, code: 'pool-overlap', message, hint: 'services need addresses that no pod has' }];
  });
}

/** A gateway of a family that has no pool, one of a family that has one already, and pools of a family that has none beside others. */
function checkGateways({ index, spec }: PlacedNetwork): readonly NetworkFault[] {
  const { gateways, pools, returnPath, name } = spec;
  if (gateways.length === 0) {
    if (returnPath !== 'mark' && returnPath !== 'source') return [];
    const message = `return_path ${returnPath} needs a gateway for the replies`;
    const hint = `add "gateway:" to network "${name}"`;
    return [{ path: [index, 'return_path'], code: 'gateway-missing', message, hint }];
  }
  const isServed = (gateway: IpAddress) => pools.some((pool) => familyOf(pool) === familyOf(gateway));
  const faults = gateways.flatMap((gateway, place): readonly NetworkFault[] => {
    const path = gateways.length === 1 ? [index, 'gateway'] : [index, 'gateway', place];
    const family = familyWord(familyOf(gateway));
    const earlier = gateways.slice(0, place).find((other) => familyOf(other) === familyOf(gateway));
    if (earlier !== undefined) {
      const message = `gateway ${gateway} is ${family}, and so is ${earlier}`;
      return [{ path, code: 'gateway-twice', message, hint: 'a network has one router of each family' }];
    }
    if (isServed(gateway)) return [];
    const message = `gateway ${gateway} is ${family}, the pools are not`;
    return [{ path, code: 'gateway-family', message, hint: null }];
  });
  if (faults.length > 0 || returnPath === 'none' || returnPath === 'onlink') return faults;
  const bare = pools.find((pool) => !gateways.some((gateway) => familyOf(gateway) === familyOf(pool)));
  if (bare === undefined) return [];
  const family = familyWord(familyOf(bare));
  const message = `pool ${bare} is ${family}, and there is no ${family} gateway`;
  const hint = `write both: gateway: [${gateways[0]}, …]; or make two networks of it where clients of one family are on the link itself`;
  return [{ path: [index, 'gateway'], code: 'gateway-family', message, hint }];
}

/** Address and neighbour of a network without an IPv4 gateway, or that are the gateway's. */
function checkNeighborhood({ index, spec }: PlacedNetwork): readonly NetworkFault[] {
  const { gateways, pools, address, neighbor, name } = spec;
  const hasIpv4 = gateways.some((gateway) => familyOf(gateway) === 'ipv4');
  const faults: NetworkFault[] = [];
  if (neighbor !== null && !hasIpv4) {
    const [message, hint] =
      gateways.length === 0
        ? ['neighbor is the Ethernet address of a gateway, and there is none', `add "gateway:" to network "${name}"`]
        : ['neighbor is the Ethernet address of an IPv4 gateway, and there is none', 'leave it out'];
    faults.push({ path: [index, 'neighbor'], code: 'neighbor-gateway', message, hint });
  }
  if (address !== null && !pools.some((pool) => familyOf(pool) === 'ipv4')) {
    const message = `address ${address.address} is for ARP, and the pools are IPv6`;
    faults.push({ path: [index, 'address'], code: 'address-family', message, hint: 'leave it out' });
  }
  if (address !== null && gateways.includes(address.address)) {
    const message = `address ${address.address} is the gateway's`;
    const hint = 'give the host an address of its own';
    faults.push({ path: [index, 'address'], code: 'address-gateway', message, hint });
  }
  return faults;
}

function comparePair(earlier: WrittenNetwork, { index, spec, poolTexts }: PlacedNetwork): readonly NetworkFault[] {
  const faults: NetworkFault[] = [];
  const fault = (path: readonly (string | number)[], code: string, message: string, hint: string | null) =>
    faults.push({ path: [index, ...path], code, message, hint });
  if (earlier.name === spec.name) fault(['name'], 'network-twice', `network "${spec.name}" is there twice`, null);
  for (const [place, text] of poolTexts.entries()) {
    const pool = parsePool(text);
    const other = pool.ok && earlier.pools.find((each) => pool.value.some((cidr) => cidrsOverlap(cidr, each)));
    if (other)
      fault(['pools', place], 'pool-overlap', `pool ${text} overlaps ${other} of network "${earlier.name}"`, null);
  }
  // Strict and off at once cannot be: off would win without a word.
  if (
    deviceOf(earlier) === deviceOf(spec) &&
    earlier.rpFilter !== spec.rpFilter &&
    [earlier.rpFilter, spec.rpFilter].includes('strict-mark')
  ) {
    const message = `rp_filter of ${deviceOf(spec)} is ${earlier.rpFilter} in network "${earlier.name}"`;
    fault(['rp_filter'], 'rp-filter-clash', message, 'strict-mark must be that of all networks of the interface');
  }
  const clash = linkClash(earlier, spec);
  if (clash !== null) fault(['link', ...clash.key], 'vlan-clash', clash.message, clash.hint);
  if (earlier.table !== null && earlier.table === spec.table)
    fault(
      ['table'],
      'table-twice',
      `table ${spec.table} is already that of network "${earlier.name}"`,
      'each network needs its own',
    );
  if (earlier.mark !== null && spec.mark !== null && canBothMatch(earlier.mark, spec.mark)) {
    const message = `a packet could match mark ${formatFwmark(spec.mark)} and ${formatFwmark(earlier.mark)} of network "${earlier.name}"`;
    fault(['mark'], 'mark-twice', message, 'each network needs its own value under the same mask');
  }
  return faults;
}

function deviceOf({ link }: WrittenNetwork): string {
  return link.kind === 'vlan' ? link.name : link.device;
}

type LinkClash = { readonly key: readonly string[]; readonly message: string; readonly hint: string | null };

function linkClash({ name: network, link: a }: WrittenNetwork, { link: b }: WrittenNetwork): LinkClash | null {
  if (a.kind !== 'vlan' || b.kind !== 'vlan') return null;
  const isSameVlan = a.parent === b.parent && a.id === b.id;
  if (a.name === b.name && !isSameVlan)
    return {
      key: [],
      message: `VLAN ${b.name} is already id ${a.id} on ${a.parent} in network "${network}"`,
      hint: 'give one of them another link.name',
    };
  // The kernel makes a VLAN id once per parent, whatever its name.
  if (isSameVlan && a.name !== b.name)
    return {
      key: [],
      message: `VLAN ${b.id} on ${b.parent} is already ${a.name} in network "${network}"`,
      hint: `write name: ${a.name} here too`,
    };
  if (isSameVlan && a.mtu !== b.mtu)
    return {
      key: b.mtu === null ? [] : ['mtu'],
      message: `VLAN ${b.name} has another MTU in network "${network}"`,
      hint: 'write the same mtu in both',
    };
  return null;
}

function canBothMatch(a: Fwmark, b: Fwmark): boolean {
  const shared = BigInt(a.mask) & BigInt(b.mask);
  return shared !== 0n && (BigInt(a.value) & shared) === (BigInt(b.value) & shared);
}
