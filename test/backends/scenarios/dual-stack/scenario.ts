import { cidr, hostFacts, hostSpec, iface, ip, network, vlan } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

const ipv6 = { pools: [cidr('2001:db8:1::/64')], gateway: ip('2001:db8:1::1') };

/** A network with pools of both families, and one of IPv6 alone whose router is outside its pool. */
export const scenario: Scenario = {
  spec: hostSpec({
    networks: [
      network(),
      network(ipv6),
      network({
        name: 'inside',
        pools: [cidr('2001:db8:2::/64')],
        gateway: ip('fe80::1'),
        link: vlan('eth0', 200),
        rpFilter: 'rpfilter',
      }),
    ],
    podCidrs: [cidr('10.112.0.0/12'), cidr('fd00:10:112::/48')],
  }),
  facts: hostFacts({ interfaces: [iface('lo', ['127.0.0.1/8']), iface('eth0', ['192.168.1.10/24', 'fd00::10/64'])] }),
  recorded: null,
};
