import { parseInterfaceAddress, parseMac } from '../../../../src/domain/neighborhood.ts';
import { cidr, device, hostFacts, hostSpec, iface, ip, must, network } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

/** Hosts that ask for their gateways with addresses of their own, one of which need not be asked for; sources are checked by netfilter. */
export const scenario: Scenario = {
  spec: hostSpec({
    networks: [
      network({
        pools: [cidr('1.2.3.128/25')],
        address: must(parseInterfaceAddress('1.2.3.7/24')),
        neighbor: must(parseMac('52:54:00:12:34:56')),
        rpFilter: 'rpfilter',
      }),
      network({
        name: 'device',
        pools: [cidr('5.6.7.0/25')],
        gateway: ip('5.6.7.129'),
        link: { kind: 'device', device: device('eth1') },
        address: must(parseInterfaceAddress('5.6.7.130/24')),
      }),
    ],
  }),
  facts: hostFacts({
    interfaces: [iface('lo', ['127.0.0.1/8']), iface('eth0', ['192.168.1.10/24']), iface('eth1')],
    networkFileOf: { eth0: '/etc/systemd/network/10-eth0.network', eth1: '/etc/systemd/network/10-eth1.network' },
  }),
  recorded: null,
};
