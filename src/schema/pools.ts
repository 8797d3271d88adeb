import { type Cidr, cidrContains, familyOf, parsePool } from '../domain/address.ts';

type PoolFault = { readonly code: string; readonly message: string; readonly hint: string | null };

/** Parses the pools of one network: sorted by address, without those that lie within another. Faults name the pool's place in the list. */
export function readPools(
  texts: readonly string[],
  report: (index: number, fault: PoolFault) => void,
): readonly Cidr[] {
  const cidrs = texts.flatMap((text, index) => {
    const pool = parsePool(text);
    if (!pool.ok) report(index, { code: 'pool', message: pool.error, hint: null });
    else if (pool.value.some((cidr) => familyOf(cidr) === 'ipv6'))
      report(index, { code: 'ipv6-unsupported', message: `"${text}": IPv6 pools are not handled yet`, hint: null });
    else return pool.value;
    return [];
  });
  const distinct = [...new Set(cidrs)];
  return distinct
    .filter((cidr) => !distinct.some((other) => other !== cidr && cidrContains(other, cidr)))
    .sort((a, b) => sortKey(a) - sortKey(b));
}

/** An IPv4 network as its first address, a number. Pools that do not overlap differ in it. */
function sortKey(cidr: Cidr): number {
  const [address = ''] = cidr.split('/');
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}
