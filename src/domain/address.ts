import ipaddr from 'ipaddr.js';
import { err, ok, type Result } from './result.ts';

export type Family = 'ipv4' | 'ipv6';

/** A single address in its canonical text, e.g. `1.2.3.1` or `2001:db8::1`. Made only by `parseIp`. */
export type IpAddress = string & { readonly __brand: 'IpAddress' };

/** A network in its canonical text, host bits zero, e.g. `1.2.3.0/24`. Made only by `parseCidr` and `parsePool`. */
export type Cidr = string & { readonly __brand: 'Cidr' };

/** Parses one address. The error is half a sentence that says what is wrong with the text. */
export function parseIp(text: string): Result<IpAddress, string> {
  // isValid alone accepts "10" and "0x7f.1", which nobody means in a configuration. Asking the wrong family makes the library throw and catch an error,
  // which takes longer than all the rest: so only one is asked, and none about names of hosts.
  if (isIpv6(text)) {
    if (ipaddr.IPv6.isValid(text)) return ok(ipaddr.IPv6.parse(text).toString() as IpAddress);
  } else if (/^[\d.]+$/.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return ok(ipaddr.IPv4.parse(text).toString() as IpAddress);
  }
  return err(`"${text}" is not an IP address`);
}

/** Parses a network in CIDR form. Host bits are an error, not silently cut: they are most often a typo. */
export function parseCidr(text: string): Result<Cidr, string> {
  const slash = text.indexOf('/');
  if (slash < 0)
    return err(`"${text}" is not a network: the prefix length is missing (${text}/32 for one IPv4 address)`);
  const address = parseIp(text.slice(0, slash));
  if (!address.ok) return address;
  const length = text.slice(slash + 1);
  const limit = isIpv6(address.value) ? 128 : 32;
  if (!/^\d{1,3}$/.test(length) || Number(length) > limit)
    return err(`"${text}": the prefix length must be 0–${limit}`);
  const network = networkOf(address.value, Number(length));
  if (network !== `${address.value}/${Number(length)}`)
    return err(`"${text}" has host bits set: the network is ${network}`);
  return ok(network);
}

/** Parses a network in CIDR form, or a single address as the network of it alone, as ip(8) and networkd write one. */
export function parseCidrOrIp(text: string): Result<Cidr, string> {
  return parseCidr(text.includes('/') ? text : `${text}/${isIpv6(text) ? 128 : 32}`);
}

/** Parses what MetalLB's IPAddressPool takes: a CIDR, or a range `first-last`, which becomes the fewest CIDRs that cover exactly it. */
export function parsePool(text: string): Result<readonly Cidr[], string> {
  const [firstText, lastText, ...rest] = text.split('-').map((part) => part.trim());
  if (firstText === undefined || lastText === undefined) {
    const cidr = parseCidr(text);
    return cidr.ok ? ok([cidr.value]) : cidr;
  }
  if (rest.length > 0) return err(`"${text}" is not a range first-last`);
  const first = parseIp(firstText);
  if (!first.ok) return first;
  const last = parseIp(lastText);
  if (!last.ok) return last;
  if (familyOf(first.value) !== familyOf(last.value)) return err(`"${text}" mixes IPv4 and IPv6`);
  const [low, high] = [toBigInt(first.value), toBigInt(last.value)];
  if (low > high) return err(`"${text}" ends before it starts`);
  return ok(coverRange(low, high, familyOf(first.value)));
}

/** The family of an address or network. */
export function familyOf(address: IpAddress | Cidr): Family {
  return isIpv6(address) ? 'ipv6' : 'ipv4';
}

/** IPv6 gives every interface such an address by itself; it says nothing about what a host is connected to. */
export function isLinkLocal(address: IpAddress): boolean {
  return isIpv6(address) && /^fe[89ab]/i.test(address);
}

/** The name of a family as people write it. */
export function familyWord(family: Family): 'IPv4' | 'IPv6' {
  return family === 'ipv4' ? 'IPv4' : 'IPv6';
}

/** The network of an interface address, e.g. (`192.168.1.10`, 24) → `192.168.1.0/24`. */
export function networkOf(address: IpAddress, prefixLength: number): Cidr {
  const text = `${address}/${prefixLength}`;
  const network = isIpv6(address) ? ipaddr.IPv6.networkAddressFromCIDR(text) : ipaddr.IPv4.networkAddressFromCIDR(text);
  return `${network.toString()}/${prefixLength}` as Cidr;
}

/** True where every address of `inner` lies in `outer`. */
export function cidrContains(outer: Cidr, inner: Cidr | IpAddress): boolean {
  if (familyOf(outer) !== familyOf(inner)) return false;
  const [outerLow, outerLength] = split(outer);
  const [innerLow, innerLength] = split(inner);
  return innerLength >= outerLength && networkOf(innerLow, outerLength) === `${outerLow}/${outerLength}`;
}

/** True where the two networks share an address. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return cidrContains(a, b) || cidrContains(b, a);
}

/** The order of networks that do not overlap: IPv4 before IPv6, then by address. */
export function compareCidrs(a: Cidr, b: Cidr): number {
  if (familyOf(a) !== familyOf(b)) return isIpv6(a) ? 1 : -1;
  const [[low], [other]] = [rangeOf(a), rangeOf(b)];
  return low < other ? -1 : low > other ? 1 : 0;
}

/** The fewest CIDRs that are exactly what of a network lies in none of the others. */
export function cidrsOutside(network: Cidr, others: readonly Cidr[]): readonly Cidr[] {
  const family = familyOf(network);
  const [low, high] = rangeOf(network);
  const taken = others
    .filter((other) => familyOf(other) === family)
    .map(rangeOf)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const outside: Cidr[] = [];
  let at = low;
  for (const [from, to] of taken) {
    if (from > at) outside.push(...coverRange(at, from - 1n < high ? from - 1n : high, family));
    if (to >= at) at = to + 1n;
  }
  return [...outside, ...coverRange(at, high, family)];
}

/** The first usable address of a network, used to ask the kernel about a reply from it. */
export function firstAddressOf(cidr: Cidr): IpAddress {
  const [low, length] = split(cidr);
  const hostBits = (isIpv6(low) ? 128 : 32) - length;
  return hostBits < 2 ? low : fromBigInt(toBigInt(low) + 1n, familyOf(low));
}

/** The address at this place of a network, 0 for the network's own; null where the network is smaller. */
export function nthAddressOf(cidr: Cidr, place: number): IpAddress | null {
  const [low, length] = split(cidr);
  const size = 1n << BigInt((isIpv6(low) ? 128 : 32) - length);
  const isInside = Number.isInteger(place) && place >= 0 && BigInt(place) < size;
  return isInside ? fromBigInt(toBigInt(low) + BigInt(place), familyOf(low)) : null;
}

/** The nth address of a network, its own being the 0th; the last one where it has fewer. */
export function addressAt(cidr: Cidr, index: number): IpAddress {
  const [low, length] = split(cidr);
  const hostBits = BigInt((isIpv6(low) ? 128 : 32) - length);
  const last = (1n << hostBits) - 1n;
  return fromBigInt(toBigInt(low) + (BigInt(index) < last ? BigInt(index) : last), familyOf(low));
}

/** Whether an address or a network is of IPv6. */
export function isIpv6(text: string): boolean {
  return text.includes(':');
}

function split(network: Cidr | IpAddress): [IpAddress, number] {
  const [address = '', length] = network.split('/');
  return [address as IpAddress, length === undefined ? (isIpv6(address) ? 128 : 32) : Number(length)];
}

function rangeOf(network: Cidr): [bigint, bigint] {
  const [low, length] = split(network);
  const first = toBigInt(low);
  return [first, first + (1n << BigInt((isIpv6(low) ? 128 : 32) - length)) - 1n];
}

function coverRange(low: bigint, high: bigint, family: Family): readonly Cidr[] {
  const bits = family === 'ipv6' ? 128 : 32;
  const cidrs: Cidr[] = [];
  for (let at = low; at <= high; ) {
    let hostBits = 0;
    while (
      hostBits < bits &&
      (at & ((1n << BigInt(hostBits + 1)) - 1n)) === 0n &&
      at + (1n << BigInt(hostBits + 1)) - 1n <= high
    )
      hostBits++;
    cidrs.push(`${fromBigInt(at, family)}/${bits - hostBits}` as Cidr);
    at += 1n << BigInt(hostBits);
  }
  return cidrs;
}

function toBigInt(address: IpAddress): bigint {
  return ipaddr
    .parse(address)
    .toByteArray()
    .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function fromBigInt(value: bigint, family: Family): IpAddress {
  const bytes = Array.from({ length: family === 'ipv6' ? 16 : 4 }, (_, i) => i);
  const length = bytes.length;
  return ipaddr
    .fromByteArray(bytes.map((i) => Number((value >> BigInt(8 * (length - 1 - i))) & 0xffn)))
    .toString() as IpAddress;
}
