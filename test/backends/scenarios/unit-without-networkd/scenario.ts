import { parseInterfaceAddress, parseMac } from '../../../../src/domain/neighborhood.ts';
import { cidr, device, hostFacts, hostSpec, iface, ip, must, network, vlan } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

/** A host where ifupdown or NetworkManager configures interfaces: a VLAN on a VLAN, a link with a dash in its name, an address, a neighbor. */
export const scenario: Scenario = {
  spec: hostSpec({
    networks: [
      network({ address: must(parseInterfaceAddress('1.2.3.7/24')), neighbor: must(parseMac('52:54:00:12:34:56')) }),
      network({ name: 'upper', pools: [cidr('5.6.7.0/25')], gateway: ip('5.6.7.1'), link: vlan('eth0.100', 7, 1400) }),
      network({
        name: 'segment',
        pools: [cidr('10.9.8.0/24')],
        gateway: null,
        link: { kind: 'device', device: device('br-lan') },
        returnPath: 'onlink',
      }),
    ],
  }),
  facts: hostFacts({
    interfaces: [iface('lo', ['127.0.0.1/8']), iface('eth0', ['192.168.1.10/24']), iface('br-lan')],
    isNetworkdActive: false,
    networkFileOf: {},
    networkFiles: [],
  }),
  recorded: null,
};
