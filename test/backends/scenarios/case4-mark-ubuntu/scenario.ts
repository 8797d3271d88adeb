import { hostFacts, hostSpec } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

/** Marks on a node with loose rp_filter everywhere, as on Ubuntu: all goes to 0, and its old value is pinned. */
export const scenario: Scenario = {
  spec: hostSpec(),
  facts: hostFacts({ rpFilter: { all: 2, default: 2, lo: 0, eth0: 2 } }),
  recorded: null,
};
