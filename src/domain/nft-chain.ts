import type { NetfilterChain } from './netfilter.ts';
import { toNftRule } from './nft-rule.ts';

/** The table of nft that is mlbroute's own whole. */
export const nftTable = 'inet mlbroute';

/** What hangs a chain into the way of packets, as nft takes it. In OUTPUT a packet is routed again when its mark changes, hence `route`. */
export function nftHook({ hook, table }: Pick<NetfilterChain, 'hook' | 'table'>): string {
  const type = hook === 'OUTPUT' && table === 'mangle' ? 'route' : 'filter';
  return `type ${type} hook ${hook.toLowerCase()} priority ${table === 'raw' ? -300 : -150}; policy accept;`;
}

/** The rules of a chain as nft takes them. What somebody else put there was kept as nft prints it, and can be put back so. */
export function nftRules({ rules }: Pick<NetfilterChain, 'rules'>): readonly string[] {
  return rules.map((rule) => (rule.startsWith('-') ? toNftRule(rule) : rule));
}
