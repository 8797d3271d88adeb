import { type Cidr, type IpAddress, parseCidr, parseIp } from '../../src/domain/address.ts';
import type { InterfaceName } from '../../src/domain/link.ts';
import type { NetfilterChain } from '../../src/domain/netfilter.ts';
import type { PolicyRule, Priority, TableId } from '../../src/domain/routing.ts';
import { kernelRule, localTable, standardRules } from '../../src/kernel/from-domain.ts';
import type { KernelRoute, SourceSettings } from '../../src/kernel/kernel-state.ts';
import type { NodeModel } from '../../src/kernel/node-model.ts';

/** An address, from its text. */
export function ip(text: string): IpAddress {
  const parsed = parseIp(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

/** A network, from its text. */
export function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

/** A device, by its name. */
export const device = (name: string): InterfaceName => name as InterfaceName;

/** What differs from node to node in these tests. */
export type LabNode = {
  readonly serviceProxy: NodeModel['serviceProxy'];
  readonly rules: readonly PolicyRule[];
  readonly chains: readonly NetfilterChain[];
  readonly settings: { readonly [device: string]: Partial<SourceSettings> };
  readonly vlanHasAddress: boolean;
  /** A device that does not forward. */
  readonly stopped: string | null;
};

/**
 * A node as in the lab: eth0 with the default gateway, which has no way to the client; eth0.100 with the pool 1.2.3.0/24 and its gateway in
 * table 100; a pod behind cali1, another on the next node.
 */
export function labNode(changes: Partial<LabNode> = {}): NodeModel {
  const node: LabNode = {
    ...{ serviceProxy: 'iptables', rules: [], chains: [], settings: {}, vlanHasAddress: false, stopped: null },
    ...changes,
  };
  const route = (destination: string, by: string, gateway: string | null, table = 254): KernelRoute => ({
    family: 'ipv4',
    table,
    destination: destination === 'default' ? 'default' : cidr(destination),
    metric: 0,
    type: table === localTable ? 'local' : 'unicast',
    nextHops: [{ device: device(by), gateway: gateway === null ? null : ip(gateway), onlink: false }],
  });
  const settingsOf = (name: string): SourceSettings => ({
    ...{ rpFilter: 0, usesMark: false, acceptsLocal: false },
    ...node.settings[name],
  });
  return {
    kernel: {
      rules: [...standardRules('ipv4'), ...node.rules.map(kernelRule)].sort((a, b) => a.priority - b.priority),
      routes: [
        route('192.168.1.11/32', 'eth0', null, localTable),
        ...(node.serviceProxy === 'ipvs' ? [route('1.2.3.4/32', 'kube-ipvs0', null, localTable)] : []),
        route('192.168.1.0/24', 'eth0', null),
        route('default', 'eth0', '192.168.1.1'),
        route('10.112.1.2/32', 'cali1', null),
        route('10.112.2.0/24', 'eth0', '192.168.1.12'),
        route('1.2.3.0/24', 'eth0.100', null, 100),
        route('default', 'eth0.100', '1.2.3.1', 100),
      ],
      devices: ['eth0', 'eth0.100', 'cali1'].map((name) => ({
        ...settingsOf(name),
        name: device(name),
        forwards: name !== node.stopped,
        hasIpv4Address: name === 'eth0' || (name === 'eth0.100' && node.vlanHasAddress),
      })),
      all: settingsOf('all'),
      forwardsIpv6: true,
    },
    chains: node.chains,
    serviceProxy: node.serviceProxy,
    nodeAddress: ip('192.168.1.11'),
    localPod: { address: ip('10.112.1.2'), device: device('cali1') },
    remotePod: { address: ip('10.112.2.2'), device: device('eth0') },
  };
}

/** A rule at a priority; what is not said matches everything. */
export function rule(priority: number, changes: Partial<PolicyRule>): PolicyRule {
  return {
    family: 'ipv4',
    priority: priority as Priority,
    from: null,
    to: null,
    iif: null,
    fwmark: null,
    table: 100 as TableId,
    ...changes,
  };
}
