import type { LabNode } from './topology.ts';

/** A LoadBalancer service of the lab, known on every node and announced by one. */
export type LabService = {
  /** `n1-local`: the announcing node and the kind. */
  readonly name: string;
  readonly kind:
    | 'local'
    | 'cluster-local'
    | 'cluster-remote'
    | 'host-network'
    | 'second-network'
    | 'same-subnet'
    | 'on-link';
  readonly vip: string;
  readonly port: 80;
  readonly clusterIp: string;
  /** externalTrafficPolicy. */
  readonly policy: 'Local' | 'Cluster';
  readonly endpoint: { readonly node: string; readonly address: string; readonly port: number };
  /** The node that answers ARP for it. */
  readonly announcedBy: string;
  /** The answer's first words: `pod n1`, `host n1`. */
  readonly answers: string;
};

/**
 * All services of a lab with these nodes, in order of node and kind. Node i has, all on port 80:
 * 1.2.3.(10i+1) Local, +2 Cluster with its own pod, +3 Cluster with the next node's pod (not with one node), +4 hostNetwork;
 * 5.6.7.(10i+1), 192.168.1.(200+i) and 10.9.8.(10i+1) Local: a second tagged network, the nodes' own subnet, a segment on the node LAN.
 */
export function labServices(nodes: readonly LabNode[]): readonly LabService[] {
  return nodes.flatMap((node, i) => {
    const next = nodes[(i + 1) % nodes.length] ?? node;
    const own = podOf(node);
    const base = 10 * node.index;
    const services = [
      service(node, { kind: 'local', vip: `1.2.3.${base + 1}`, number: 1, policy: 'Local', endpoint: own }),
      service(node, { kind: 'cluster-local', vip: `1.2.3.${base + 2}`, number: 2, policy: 'Cluster', endpoint: own }),
      service(node, {
        kind: 'cluster-remote',
        vip: `1.2.3.${base + 3}`,
        number: 3,
        policy: 'Cluster',
        endpoint: podOf(next),
      }),
      service(node, {
        kind: 'host-network',
        vip: `1.2.3.${base + 4}`,
        number: 4,
        policy: 'Local',
        endpoint: hostOf(node),
      }),
      service(node, { kind: 'second-network', vip: `5.6.7.${base + 1}`, number: 5, policy: 'Local', endpoint: own }),
      service(node, {
        kind: 'same-subnet',
        vip: `192.168.1.${200 + node.index}`,
        number: 6,
        policy: 'Local',
        endpoint: own,
      }),
      service(node, { kind: 'on-link', vip: `10.9.8.${base + 1}`, number: 7, policy: 'Local', endpoint: own }),
    ];
    return services.filter((s) => s.kind !== 'cluster-remote' || s.endpoint.node !== node.name);
  });
}

type Endpoint = LabService['endpoint'];

function podOf(node: LabNode): Endpoint {
  return { node: node.name, address: node.podServer, port: 8080 };
}

function hostOf(node: LabNode): Endpoint {
  return { node: node.name, address: node.address, port: 8081 };
}

function service(
  node: LabNode,
  spec: Pick<LabService, 'kind' | 'vip' | 'policy' | 'endpoint'> & { readonly number: number },
): LabService {
  const { number, ...rest } = spec;
  return {
    ...rest,
    name: `${node.name}-${spec.kind}`,
    port: 80,
    clusterIp: `10.96.${node.index}.${number}`,
    announcedBy: node.name,
    answers: `${spec.kind === 'host-network' ? 'host' : 'pod'} ${spec.endpoint.node}`,
  };
}
