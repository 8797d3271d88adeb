import { beyondDefault } from './ask.ts';

/** What gives the clients their addresses, as shell; each has an eth0, the nodes' default gateway a br0. Twice is as good as once. */
export const placeSetUp = {
  client: `
    ${addresses('eth0', ['203.0.113.10/24', '2001:db8:203::10/64'])}
    ip route replace default via 203.0.113.1; ip route replace default via 2001:db8:203::1`,
  onlink: addresses('eth0', ['192.168.1.3/24', '10.9.8.1/24', 'fd00:192::3/64', '2001:db8:10::1/64']),
  'beyond-default': `
    ${addresses('br0', ['192.168.1.1/24', 'fd00:192::1/64'])}
    ${addresses('lo', [`${beyondDefault.ipv4}/32`, `${beyondDefault.ipv6}/128`])}`,
};

/** IPv6 addresses are usable at once: nobody else has them. */
export function addresses(device: string, list: readonly string[]): string {
  const lines = list.map(
    (address) => `ip address replace ${address} dev ${device}${address.includes(':') ? ' nodad' : ''}`,
  );
  return [`ip link set ${device} up`, ...lines].join('\n    ');
}
