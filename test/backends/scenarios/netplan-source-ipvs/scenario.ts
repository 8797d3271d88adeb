import { cidr, device, hostFacts, hostSpec, ip, network, vlan } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

const [seven, name] = [vlan('eth0.100', 7), device('a7')];
const inner = { ...seven, name };

/** Source rules, which netplan has words for, and a VLAN on a VLAN of mlbroute's own whose name comes before its parent's. */
export const scenario: Scenario = {
  spec: hostSpec({
    renderer: 'netplan',
    networks: [
      network({ returnPath: 'source' }),
      network({
        returnPath: 'source',
        name: 'inner',
        pools: [cidr('5.6.7.0/24')],
        gateway: ip('5.6.7.1'),
        link: inner,
      }),
    ],
  }),
  facts: hostFacts({
    programs: ['netplan'],
    serviceProxy: { kind: 'ipvs', evidence: 'interface kube-ipvs0' },
    networkFileOf: { eth0: '/run/systemd/network/10-netplan-eth0.network' },
  }),
  recorded: null,
};
