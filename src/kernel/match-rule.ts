import { type Cidr, cidrContains, type IpAddress } from '../domain/address.ts';
import type { Mismatch } from '../domain/explanation.ts';
import { formatFwmark } from '../domain/routing.ts';
import type { KernelRule, RouteQuery } from './kernel-state.ts';

/** The selectors of a rule that a packet does not meet; `not` is left to the caller. Source: fib_rule_match in net/core/fib_rules.c, fib4_rule_match, fib6_rule_match. */
export function mismatchesOf(rule: KernelRule, query: RouteQuery): readonly Mismatch[] {
  const { from, to, iif, oif, fwmark } = rule;
  // The kernel gives packets of its own making the loopback device as their input.
  const comesBy = query.iif ?? 'lo';
  const leavesBy = query.iif === null ? query.oif : null;
  const mismatches: (Mismatch | null)[] = [
    from !== null && !covers(from, query.from)
      ? { selector: 'from', wants: from, has: query.from ?? 'not chosen yet' }
      : null,
    to !== null && !covers(to, query.to) ? { selector: 'to', wants: to, has: query.to } : null,
    iif !== null && iif !== comesBy
      ? { selector: 'iif', wants: iif, has: query.iif ?? 'made by the node itself' }
      : null,
    oif !== null && oif !== leavesBy ? { selector: 'oif', wants: oif, has: leavesBy ?? 'not bound to a device' } : null,
    fwmark !== null && ((query.mark ^ fwmark.value) & fwmark.mask) !== 0
      ? { selector: 'fwmark', wants: formatFwmark(fwmark), has: `0x${query.mark.toString(16)}` }
      : null,
  ];
  return mismatches.filter((mismatch) => mismatch !== null);
}

/** An address that is not chosen yet is all zeros to the kernel's IPv4 comparison; in IPv6 only an empty selector takes it. */
function covers(cidr: Cidr, address: IpAddress | null): boolean {
  if (address !== null) return cidrContains(cidr, address);
  return cidr.endsWith('/0') || (!cidr.includes(':') && cidrContains(cidr, '0.0.0.0' as IpAddress));
}
