import { cidr, device, hostFacts, hostSpec, iface, network } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

/** Another subnet on a device that a file of netplan in /run configures: a link route in main, by a drop-in in /etc. */
export const scenario: Scenario = {
  spec: hostSpec({
    networks: [
      network({ pools: [cidr('10.9.8.0/24')], link: { kind: 'device', device: device('ens3') }, gateway: null }),
    ],
  }),
  facts: hostFacts({
    interfaces: [iface('lo', ['127.0.0.1/8']), iface('ens3', ['192.168.1.10/24'])],
    networkFileOf: { ens3: '/run/systemd/network/10-netplan-id0.network' },
  }),
  recorded: null,
};
