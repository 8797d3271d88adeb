import { hostFacts, hostSpec, iface, network } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

/** IPVS and return_path: source, as in the article: rules by source address, and rp_filter stays strict. */
export const scenario: Scenario = {
  spec: hostSpec({ networks: [network({ returnPath: 'source' })] }),
  facts: hostFacts({
    serviceProxy: { kind: 'ipvs', evidence: 'kube-ipvs0' },
    interfaces: [
      iface('lo', ['127.0.0.1/8']),
      iface('eth0', ['192.168.1.10/24']),
      iface('kube-ipvs0', ['1.2.3.4/32'], { kind: 'dummy' }),
    ],
    rpFilter: { all: 1, default: 1, lo: 0, eth0: 1 },
  }),
  recorded: null,
};
