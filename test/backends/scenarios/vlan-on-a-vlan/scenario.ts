import { cidr, hostFacts, hostSpec, ip, network, vlan } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

/** A VLAN whose parent is a VLAN of mlbroute's own: the drop-in goes to our own file. */
export const scenario: Scenario = {
  spec: hostSpec({
    networks: [
      network(),
      network({ name: 'inner', pools: [cidr('5.6.7.0/24')], gateway: ip('5.6.7.1'), link: vlan('eth0.100', 7) }),
    ],
  }),
  facts: hostFacts(),
  recorded: null,
};
