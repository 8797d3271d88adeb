import { parseIp } from '../domain/address.ts';
import type { InterfaceName } from '../domain/link.ts';
import { type Neighbor, parseMac } from '../domain/neighborhood.ts';

/** One element of `ip -j neighbor show`, as far as it is used. */
type NeighborShow = { readonly dst?: string; readonly dev?: string; readonly lladdr?: string };

/** Parses `ip -4 -j neighbor show nud permanent`. Throws SyntaxError if it is not JSON; iproute2 before 5.0 prints nothing for none. */
export function parseNeighbors(json: string): readonly Neighbor[] {
  if (json.trim() === '') return [];
  return (JSON.parse(json) as readonly NeighborShow[]).flatMap(({ dst = '', dev, lladdr = '' }) => {
    const address = parseIp(dst);
    const mac = parseMac(lladdr);
    return address.ok && mac.ok && dev !== undefined
      ? [{ device: dev as InterfaceName, address: address.value, mac: mac.value }]
      : [];
  });
}
