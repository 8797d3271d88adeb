import { parseFwmark, parsePriority, parseTableId } from '../../../../src/domain/routing.ts';
import { cidr, device, hostFacts, hostSpec, iface, ip, must, network, vlan } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

/** Two VLANs on one bond, one with numbers and an MTU of its own, and marks on a device with an address and strict rp_filter. */
export const scenario: Scenario = {
  spec: hostSpec({
    networks: [
      network({ link: vlan('bond0', 100) }),
      network({
        name: 'hosting',
        pools: [cidr('5.6.7.10/31'), cidr('5.6.7.12/32')],
        link: vlan('bond0', 200, 1400),
        gateway: ip('5.6.7.1'),
        table: must(parseTableId(100)),
        mark: must(parseFwmark(0x1, 0xff)),
        priority: must(parsePriority(1500)),
      }),
      network({
        name: 'lab',
        pools: [cidr('9.9.0.0/24')],
        link: { kind: 'device', device: device('eth1') },
        gateway: ip('9.9.0.1'),
      }),
    ],
    podCidrs: [cidr('10.112.0.0/12'), cidr('10.42.0.0/16')],
  }),
  facts: hostFacts({
    interfaces: [iface('lo', ['127.0.0.1/8']), iface('bond0', ['192.168.1.10/24']), iface('eth1', ['10.0.0.5/24'])],
    networkFileOf: { bond0: '/etc/systemd/network/20-bond0.network', eth1: '/usr/lib/systemd/network/30-eth1.network' },
    rpFilter: { all: 0, default: 0, bond0: 0, eth1: 1 },
  }),
  recorded: null,
};
