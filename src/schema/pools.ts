import * as z from 'zod';
import { type Cidr, cidrContains, compareCidrs, parsePool } from '../domain/address.ts';
import { refuse } from './check.ts';

const pool = z.string().transform((text, context): readonly Cidr[] => {
  const cidrs = parsePool(text);
  if (!cidrs.ok) return refuse(cidrs.error, context, { code: 'pool', hint: null });
  return cidrs.value;
});

/** `pools` of a network: IPv4 first, sorted by address, without those that lie within another. */
export const poolsSchema = z
  .array(pool)
  .meta({ minItems: 1 })
  .transform((lists, context): readonly Cidr[] => {
    if (lists.length === 0)
      return refuse('pools is empty', context, { code: 'pool', hint: 'write what the IPAddressPool of MetalLB has' });
    const cidrs = [...new Set(lists.flat())];
    return cidrs
      .filter((cidr) => !cidrs.some((other) => other !== cidr && cidrContains(other, cidr)))
      .sort(compareCidrs);
  });
