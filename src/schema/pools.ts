import { z } from 'zod';
import { type Cidr, cidrContains, familyOf, parsePool } from '../domain/address.ts';
import { refuse } from './check.ts';

const pool = z.string().transform((text, context): readonly Cidr[] => {
  const cidrs = parsePool(text);
  if (!cidrs.ok) return refuse(cidrs.error, context, { code: 'pool', hint: null });
  if (cidrs.value.some((cidr) => familyOf(cidr) === 'ipv6'))
    return refuse(`"${text}": IPv6 pools are not handled yet`, context, { code: 'ipv6-unsupported', hint: null });
  return cidrs.value;
});

/** `pools` of a network: sorted by address, without those that lie within another. */
export const poolsSchema = z
  .array(pool)
  .meta({ minItems: 1 })
  .transform((lists, context): readonly Cidr[] => {
    if (lists.length === 0)
      return refuse('pools is empty', context, { code: 'pool', hint: 'write what the IPAddressPool of MetalLB has' });
    const cidrs = [...new Set(lists.flat())];
    return cidrs
      .filter((cidr) => !cidrs.some((other) => other !== cidr && cidrContains(other, cidr)))
      .sort((a, b) => firstAddress(a) - firstAddress(b));
  });

/** The first address of an IPv4 network as a number. Networks that do not overlap differ in it. */
function firstAddress(cidr: Cidr): number {
  const [address = ''] = cidr.split('/');
  return address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
}
