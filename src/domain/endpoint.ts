import { familyOf, type IpAddress, parseIp } from './address.ts';
import { err, ok, type Result } from './result.ts';

/** A TCP port of an address, e.g. of a VIP. */
export type Endpoint = { readonly address: IpAddress; readonly port: number };

/** Parses `1.2.3.4:80` or `[2001:db8::1]:80`. The error is half a sentence that says what is wrong with the text. */
export function parseEndpoint(text: string): Result<Endpoint, string> {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined)
    return err(`"${text}" is not ADDRESS:PORT; an IPv6 address stands in brackets: [2001:db8::1]:80`);
  if (port < 1 || port > 65_535) return err(`"${text}": the port must be 1–65535`);
  const address = parseIp(bracketed ?? plain ?? '');
  return address.ok ? ok({ address: address.value, port }) : err(`"${text}": ${address.error}`);
}

/** As `parseEndpoint` reads it. */
export function formatEndpoint({ address, port }: Endpoint): string {
  return familyOf(address) === 'ipv6' ? `[${address}]:${port}` : `${address}:${port}`;
}
