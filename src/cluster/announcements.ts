import type { Json } from '../domain/variable.ts';
import { listAt, textAt, textsAt } from './json-path.ts';
import { selects } from './label-selector.ts';
import { type ClusterNode, mayAnnounce } from './nodes.ts';
import type { Pool } from './pools.ts';

/** An L2Advertisement: which pools, from which nodes, on which interfaces. */
export type L2Advertisement = {
  readonly name: string;
  readonly pools: readonly string[];
  readonly poolSelectors: readonly Json[];
  readonly nodeSelectors: readonly Json[];
  /** Exact names; none: all interfaces. */
  readonly interfaces: readonly string[];
};

/** How a pool is announced by L2. */
export type Announcement = {
  /** Names, in the order of the nodes. */
  readonly nodes: readonly string[];
  /** Null: on all interfaces of some node. */
  readonly interfaces: readonly string[] | null;
};

/** Reads an L2Advertisement. */
export function readAdvertisement(body: Json): L2Advertisement {
  return {
    name: textAt(body, ['metadata', 'name']) ?? '',
    pools: textsAt(body, ['spec', 'ipAddressPools']),
    poolSelectors: listAt(body, ['spec', 'ipAddressPoolSelectors']),
    nodeSelectors: listAt(body, ['spec', 'nodeSelectors']),
    interfaces: textsAt(body, ['spec', 'interfaces']),
  };
}

/**
 * Who announces a pool: the union over all advertisements that take it by name or by label, or that name no pool at all. Null where none
 * does. Source: the types of metallb.io/v1beta1.
 */
export function announcementOf(
  pool: Pool,
  advertisements: readonly L2Advertisement[],
  nodes: readonly ClusterNode[],
): Announcement | null {
  const able = nodes.filter(mayAnnounce);
  if (pool.protocol !== null)
    return pool.protocol === 'layer2' ? { nodes: able.map(({ name }) => name), interfaces: null } : null;
  const taken = advertisements.filter(({ pools, poolSelectors }) =>
    pools.length + poolSelectors.length === 0
      ? true
      : pools.includes(pool.name) || poolSelectors.some((selector) => selects(selector, pool.labels)),
  );
  if (taken.length === 0) return null;
  const isMeant = ({ labels }: ClusterNode) =>
    taken.some(
      ({ nodeSelectors }) => nodeSelectors.length === 0 || nodeSelectors.some((selector) => selects(selector, labels)),
    );
  const interfaces = taken.flatMap((each) => each.interfaces);
  return {
    nodes: able.filter(isMeant).map(({ name }) => name),
    interfaces: taken.some((each) => each.interfaces.length === 0) ? null : [...new Set(interfaces)],
  };
}
