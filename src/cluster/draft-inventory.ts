import type { Cidr } from '../domain/address.ts';
import type { Diagnostic } from '../domain/diagnostic.ts';
import type { Cluster } from './cluster.ts';
import { draftNetworks, type NetworkDraft } from './draft-networks.ts';
import type { ServiceProxy } from './service-proxy.ts';

/** What a cluster gives an inventory. */
export type InventoryDraft = {
  /** By name. An address where the node tells one. */
  readonly hosts: readonly { readonly name: string; readonly address: string | null }[];
  readonly podCidrs: readonly Cidr[];
  readonly kubeProxy: ServiceProxy['mode'];
  readonly networks: readonly NetworkDraft[];
  /** Nodes that announce some of the networks only, by which; none where all nodes announce all. */
  readonly groups: readonly NodeGroup[];
};

/** Nodes that announce the same networks. */
export type NodeGroup = {
  readonly name: string;
  readonly networks: readonly string[];
  readonly hosts: readonly string[];
};

/** Drafts an inventory: what the cluster knows, and blanks for what it does not. */
export function draftInventory(cluster: Cluster): {
  readonly draft: InventoryDraft;
  readonly warnings: readonly Diagnostic[];
} {
  const warnings = [...cluster.warnings];
  const networks = draftNetworks(cluster.pools, (warning) => warnings.push(warning));
  const hosts = cluster.nodes
    .map(({ name, internalIps }) => ({ name, address: internalIps[0] ?? null }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const isEverywhere = networks.every(({ nodes }) => nodes.length === hosts.length);
  return {
    draft: {
      hosts,
      podCidrs: cluster.proxy.podCidrs,
      kubeProxy: cluster.proxy.mode,
      networks,
      groups: isEverywhere ? [] : groupsOf(hosts, networks),
    },
    warnings,
  };
}

/** How the names of variables begin that hold a network which not all nodes have. */
export const networkVariablePrefix = 'network_';

/** The variable that holds a network which not all nodes have. */
export function variableOf(network: string): string {
  return networkVariablePrefix + identifier(network);
}

/** `networks` of a group whose hosts have these. */
export function referencesTo(networks: readonly string[]): readonly string[] {
  return networks.map((network) => `{{ ${variableOf(network)} }}`);
}

function identifier(name: string): string {
  return name.replaceAll(/\W/g, '_');
}

function groupsOf(hosts: InventoryDraft['hosts'], networks: readonly NetworkDraft[]): readonly NodeGroup[] {
  const groups = new Map<string, NodeGroup>();
  for (const { name: host } of hosts) {
    const mine = networks.filter(({ nodes }) => nodes.includes(host)).map(({ name }) => name);
    if (mine.length === 0) continue;
    const name = `announce_${mine.map(identifier).join('_')}`;
    groups.set(name, { name, networks: mine, hosts: [...(groups.get(name)?.hosts ?? []), host] });
  }
  return [...groups.values()];
}
