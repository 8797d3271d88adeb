import { type Document, isMap, isSeq, visit, type YAMLMap } from 'yaml';
import { type Cidr, cidrContains, parsePool } from '../domain/address.ts';
import { networkVariablePrefix } from './draft-inventory.ts';

/** A network that stands in an inventory, wherever in it. */
export type WrittenNetwork = {
  readonly name: string;
  /** Null where they are not written out, as in a reference. */
  readonly pools: readonly Cidr[] | null;
  readonly node: YAMLMap;
};

/** The networks of an inventory: items of `networks`, and variables named for one, whichever group or host they are of. */
export function writtenNetworks(document: Document): readonly WrittenNetwork[] {
  const found: WrittenNetwork[] = [];
  visit(document, {
    Pair(_, { key, value }) {
      const name = String(key);
      if (name === 'networks' && isSeq(value))
        found.push(...value.items.flatMap((item) => (isMap(item) ? [readNetwork(item)] : [])));
      if (name.startsWith(networkVariablePrefix) && isMap(value) && value.has('pools')) found.push(readNetwork(value));
    },
  });
  return found;
}

/** Whether every address of these pools is in those. */
export function areCovered(pools: readonly Cidr[], by: readonly Cidr[]): boolean {
  return pools.every((pool) => by.some((each) => cidrContains(each, pool)));
}

function readNetwork(node: YAMLMap): WrittenNetwork {
  const pools = node.get('pools');
  const texts = isSeq(pools) ? (pools.toJSON() as readonly unknown[]) : null;
  const parsed = texts?.map((text) => parsePool(String(text))) ?? null;
  return {
    name: String(node.get('name')),
    pools: parsed?.every((each) => each.ok) ? parsed.flatMap((each) => (each.ok ? each.value : [])) : null,
    node,
  };
}
