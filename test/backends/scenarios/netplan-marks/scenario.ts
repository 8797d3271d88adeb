import { parseInterfaceAddress, parseMac } from '../../../../src/domain/neighborhood.ts';
import { cidr, device, hostFacts, hostSpec, iface, ip, must, network, vlan } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

/** A host of netplan's whose interfaces have other names in its files (`match:` and `set-name:`): marks in both families, an address and a neighbor, a link route in main. */
export const scenario: Scenario = {
  spec: hostSpec({
    renderer: 'netplan',
    networks: [
      network({ address: must(parseInterfaceAddress('1.2.3.7/24')), neighbor: must(parseMac('52:54:00:12:34:56')) }),
      network({ pools: [cidr('2001:db8:100::/64')], gateway: ip('2001:db8:100::1') }),
      network({ name: 'outside', pools: [cidr('5.6.7.0/24')], gateway: ip('9.9.9.1'), link: vlan('eth0', 200, 1400) }),
      network({
        name: 'segment',
        pools: [cidr('10.9.8.0/24')],
        gateway: null,
        link: { kind: 'device', device: device('eth1') },
      }),
    ],
  }),
  facts: hostFacts({
    programs: ['netplan'],
    interfaces: [iface('lo', ['127.0.0.1/8']), iface('eth0', ['192.168.1.10/24']), iface('eth1', ['10.0.0.10/24'])],
    networkFileOf: {
      eth0: '/run/systemd/network/10-netplan-uplink.network',
      eth1: '/run/systemd/network/10-netplan-storage.network',
    },
  }),
  recorded: null,
};
