import type { Json } from '../domain/variable.ts';
import { labelsAt, listAt, textAt, textsAt } from './json-path.ts';

/** A node of the cluster. */
export type ClusterNode = {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  /** What it calls its InternalIP, IPv4 first. */
  readonly internalIps: readonly string[];
  readonly podCidrs: readonly string[];
};

/** Reads a Node. */
export function readNode(body: Json): ClusterNode {
  const podCidrs = textsAt(body, ['spec', 'podCIDRs']);
  const podCidr = textAt(body, ['spec', 'podCIDR']);
  return {
    name: textAt(body, ['metadata', 'name']) ?? '',
    labels: labelsAt(body, ['metadata', 'labels']),
    annotations: labelsAt(body, ['metadata', 'annotations']),
    internalIps: listAt(body, ['status', 'addresses'])
      .filter((address) => textAt(address, ['type']) === 'InternalIP')
      .flatMap((address) => textAt(address, ['address']) ?? [])
      .toSorted((a, b) => Number(a.includes(':')) - Number(b.includes(':'))),
    podCidrs: podCidrs.length > 0 || podCidr === null ? podCidrs : [podCidr],
  };
}

/** Whether MetalLB may announce from a node. Source: the speaker leaves out nodes with this label, whatever its value. */
export function mayAnnounce({ labels }: ClusterNode): boolean {
  return !labels.has('node.kubernetes.io/exclude-from-external-load-balancers');
}
