import { hostSpec, ip, network } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

/** Rendered without a host, with rp_filter: off and a gateway outside the pool. */
export const scenario: Scenario = {
  spec: hostSpec({ networks: [network({ rpFilter: 'off', gateway: ip('10.0.0.1') })] }),
  facts: null,
  recorded: null,
};
