import { type IpAddress, networkOf, parseIp } from './address.ts';
import type { InterfaceName } from './link.ts';
import { err, ok, type Result } from './result.ts';

/** An IPv4 address that mlbroute gives an interface: what it asks for its gateway with. It makes no route. */
export type InterfaceAddress = {
  readonly device: InterfaceName;
  readonly address: IpAddress;
  readonly prefixLength: number;
};

/** An Ethernet address in its canonical text: small letters, colons. Made only by `parseMac`. */
export type Mac = string & { readonly __brand: 'Mac' };

/** The Ethernet address of a neighbour, said once and never asked for. */
export type Neighbor = { readonly device: InterfaceName; readonly address: IpAddress; readonly mac: Mac };

/** Parses an address with the length of its network, e.g. `1.2.3.7/24`. */
export function parseInterfaceAddress(text: string): Result<Omit<InterfaceAddress, 'device'>, string> {
  const [addressText = '', lengthText = '', ...rest] = text.split('/');
  const address = parseIp(addressText);
  if (!address.ok) return address;
  if (address.value.includes(':')) return err(`"${text}" is an IPv6 address; only IPv4 is asked for by ARP`);
  const prefixLength = Number(lengthText);
  if (rest.length > 0 || !/^\d{1,2}$/.test(lengthText) || prefixLength < 1 || prefixLength > 32)
    return err(`"${text}" needs the length of its network, 1–32: ${address.value}/24`);
  const isNetwork = prefixLength < 31 && networkOf(address.value, prefixLength) === `${address.value}/${prefixLength}`;
  if (isNetwork) return err(`"${text}" is a network, not an address in it`);
  return ok({ address: address.value, prefixLength });
}

/** Parses the Ethernet address of one station. */
export function parseMac(text: string): Result<Mac, string> {
  if (!/^[\da-f]{2}(:[\da-f]{2}){5}$/i.test(text)) return err(`"${text}" is not an Ethernet address`);
  const mac = text.toLowerCase();
  if (mac === '00:00:00:00:00:00' || (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1)
    return err(`"${text}" is not the Ethernet address of one station`);
  return ok(mac as Mac);
}
