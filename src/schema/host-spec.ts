import type * as z from 'zod';
import { type Cidr, familyOf, type IpAddress, parseCidr } from '../domain/address.ts';
import { comparePlaces, type Diagnostic } from '../domain/diagnostic.ts';
import type { InterfaceAddress, Mac } from '../domain/neighborhood.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Fwmark, Priority, TableId } from '../domain/routing.ts';
import type { HostVars, Json } from '../domain/variable.ts';
import { blanksIn } from './blanks.ts';
import { checkNetworks, type PlacedNetwork } from './check-networks.ts';
import { diagnose } from './diagnose.ts';
import { domainVariableNames, domainVariables, mostNetworks } from './domain-variables.ts';
import type { LinkSpec } from './link-schema.ts';
import { networkSchema } from './network-schema.ts';

type ParsedNetwork = z.output<typeof networkSchema>;

/** What the inventory asks for on one host. */
export type HostSpec = {
  /** In the order of the inventory; a network with pools of both families is there twice, once for each. */
  readonly networks: readonly NetworkSpec[];
  readonly podCidrs: readonly Cidr[];
  /** Null: those seen on the host. */
  readonly nodeCidrs: readonly Cidr[] | null;
  /** `auto`: found on the host. */
  readonly kubeProxy: 'auto' | 'iptables' | 'nftables' | 'ipvs' | 'cilium';
  /** `auto`: iptables where the host has it. */
  readonly netfilter: 'auto' | 'iptables' | 'nftables';
  /** `auto`: networkd where it runs, or where no host was asked; else a unit of mlbroute's own. */
  readonly renderer: 'auto' | 'networkd' | 'netplan' | 'unit';
  /** `native`: networkd, netplan or the unit brings up what was written. `hitless`: only the kernel is changed, and nothing of others. */
  readonly activate: 'hitless' | 'native';
  /** Name of the parent's .network file where no host can be asked; null where it is not known. */
  readonly networkdParentFile: string | null;
  /** What netplan calls the parent, where no host can tell; null where it is not known. */
  readonly netplanParentId: string | null;
};

/** A network as it is written: its pools and gateways may be of both families. */
export type WrittenNetwork = Omit<NetworkSpec, 'gateway'> & { readonly gateways: readonly IpAddress[] };

/** One network MetalLB announces addresses of, as far as one family goes. */
export type NetworkSpec = {
  readonly name: string;
  /** Sorted, of one family; none lies within another. */
  readonly pools: readonly Cidr[];
  readonly link: LinkSpec;
  readonly gateway: IpAddress | null;
  /** The host's own IPv4 address on the link; null where it has none of mlbroute's. */
  readonly address: Omit<InterfaceAddress, 'device'> | null;
  /** The IPv4 gateway's Ethernet address; null: ARP finds it. */
  readonly neighbor: Mac | null;
  readonly returnPath: 'auto' | 'none' | 'onlink' | 'source' | 'mark';
  /** Null for table, mark and priority: chosen by mlbroute. */
  readonly table: TableId | null;
  readonly mark: Fwmark | null;
  readonly priority: Priority | null;
  readonly rpFilter: 'auto' | 'off' | 'loose' | 'rpfilter' | 'strict-mark';
  readonly loopGuard: boolean;
  /** True: apply the return path even where the host speaks against it. */
  readonly force: boolean;
};

/** Checks the variables mlbroute gives a meaning, and nothing else. Fails with all faults, each at the value that was written. */
export function hostSpec(vars: HostVars): Result<HostSpec, readonly Diagnostic[]> {
  const parsed = domainVariables.safeParse(vars.values);
  const placed = placeNetworks(vars.values.networks, parsed.data?.networks ?? null);
  const faults = [
    ...(parsed.error?.issues ?? []).flatMap((issue) => diagnose(issue, vars)),
    ...checkNetworks(placed, podCidrsOf(vars.values.pod_cidrs)).map(({ path, code, message, hint }): Diagnostic => {
      return { severity: 'error', code, message, hint, at: vars.locate(['networks', ...path]) };
    }),
    ...checkCount(vars),
  ];
  const diagnostics = withBlanks(blanksIn(vars), faults).sort(comparePlaces);
  if (!parsed.success || diagnostics.length > 0) return err(diagnostics);
  const { pod_cidrs, node_cidrs, kube_proxy, netfilter, renderer, activate, networkd_parent_file, netplan_parent_id } =
    parsed.data;
  return ok({
    networks: placed.flatMap(({ spec }) => halvesOf(spec)),
    podCidrs: pod_cidrs ?? [],
    nodeCidrs: node_cidrs ?? null,
    kubeProxy: kube_proxy ?? 'auto',
    netfilter: netfilter ?? 'auto',
    renderer: renderer ?? 'auto',
    activate: activate ?? 'hitless',
    networkdParentFile: networkd_parent_file ?? null,
    netplanParentId: netplan_parent_id ?? null,
  });
}

/** Checks host after host as `hostSpec` does. Hosts with the same values, which are most of a fleet, are checked once. */
export function hostSpecs(): typeof hostSpec {
  const known = new Map<string, HostSpec>();
  return (vars) => {
    const values = JSON.stringify(domainVariableNames.map((name) => vars.values[name] ?? null));
    const spec = known.get(values);
    if (spec !== undefined) return ok(spec);
    const checked = hostSpec(vars);
    // A fault has a place, which is another one where another host wrote the same.
    if (checked.ok) known.set(values, checked.value);
    return checked;
  };
}

/** A blank is no wrong value: whoever reads that FILL_IN is not an IP address looks for a mistake. */
function withBlanks(blanks: readonly Diagnostic[], faults: readonly Diagnostic[]): Diagnostic[] {
  const isBlank = (fault: Diagnostic) => fault.at !== null && blanks.some((blank) => comparePlaces(blank, fault) === 0);
  return [...blanks, ...faults.filter((fault) => !isBlank(fault))];
}

/** The networks that are right by themselves: they are compared with each other even where others are not right. */
function placeNetworks(networks: Json | undefined, parsed: readonly ParsedNetwork[] | null): readonly PlacedNetwork[] {
  if (!Array.isArray(networks)) return [];
  return networks.flatMap((network: Json, index) => {
    const right = parsed?.[index] ?? networkSchema.safeParse(network).data;
    return right === undefined ? [] : [{ index, spec: toNetwork(right), poolTexts: poolTextsOf(network) }];
  });
}

/** The pod networks that are right by themselves. */
function podCidrsOf(texts: Json | undefined): readonly Cidr[] {
  return (Array.isArray(texts) ? texts : []).flatMap((text: Json) => {
    const cidr = typeof text === 'string' ? parseCidr(text) : null;
    return cidr?.ok ? [cidr.value] : [];
  });
}

/** A network for each family its pools have. What only ARP needs is left out of that for IPv6. */
function halvesOf({ gateways, ...network }: WrittenNetwork): readonly NetworkSpec[] {
  return (['ipv4', 'ipv6'] as const).flatMap((family): readonly NetworkSpec[] => {
    const pools = network.pools.filter((pool) => familyOf(pool) === family);
    const gateway = gateways.find((address) => familyOf(address) === family) ?? null;
    if (pools.length === 0) return [];
    return [{ ...network, pools, gateway, ...(family === 'ipv4' ? {} : { address: null, neighbor: null }) }];
  });
}

function toNetwork(network: ParsedNetwork): WrittenNetwork {
  const {
    name,
    pools,
    link,
    gateway,
    address,
    neighbor,
    return_path,
    table,
    mark,
    priority,
    rp_filter,
    loop_guard,
    force,
  } = network;
  return {
    name,
    pools,
    link,
    gateways: gateway ?? [],
    address: address ?? null,
    neighbor: neighbor ?? null,
    returnPath: return_path,
    table: table ?? null,
    mark: mark ?? null,
    priority: priority ?? null,
    rpFilter: rp_filter,
    loopGuard: loop_guard,
    force,
  };
}

function poolTextsOf(network: Json): readonly string[] {
  const pools = typeof network === 'object' && network !== null && 'pools' in network ? network.pools : [];
  return Array.isArray(pools) ? pools.map(String) : [];
}

function checkCount(vars: HostVars): readonly Diagnostic[] {
  const count = Array.isArray(vars.values.networks) ? vars.values.networks.length : 0;
  if (count <= mostNetworks) return [];
  const message = `${count} networks are more than a host can have (${mostNetworks})`;
  const hint = 'put pools that share link and gateway into one network';
  return [{ severity: 'error', code: 'too-many-networks', message, hint, at: vars.locate(['networks', mostNetworks]) }];
}
