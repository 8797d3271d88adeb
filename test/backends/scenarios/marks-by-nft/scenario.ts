import { cidr, hostFacts, hostSpec, ip, network, vlan } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

/** A host without iptables: the chains are those of a table of nft. */
export const scenario: Scenario = {
  spec: hostSpec({
    networks: [
      network({ pools: [cidr('1.2.3.0/24'), cidr('9.8.7.6/32')], rpFilter: 'rpfilter' }),
      network({
        name: 'strict',
        pools: [cidr('5.6.7.0/24')],
        gateway: ip('5.6.7.1'),
        link: vlan('eth0', 200),
        mark: { value: 0x80000000, mask: 0xffffffff },
      }),
    ],
  }),
  facts: hostFacts({ iptables: null, programs: ['nft'], serviceProxy: { kind: 'ipvs', evidence: 'kube-ipvs0' } }),
  recorded: null,
};
