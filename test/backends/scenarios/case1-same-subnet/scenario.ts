import { cidr, hostFacts, hostSpec, network } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

/** The pool lies in the node's own subnet: nothing is to be done, so there are no files. */
export const scenario: Scenario = {
  spec: hostSpec({ networks: [network({ pools: [cidr('192.168.1.240/28')] })] }),
  facts: hostFacts(),
  recorded: null,
};
