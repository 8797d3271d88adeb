import { hostSpec } from '../../../tasks/example-host.ts';
import type { Scenario } from '../../scenario.ts';

/** Nobody looked at the host: the inventory says what netplan calls the parent. */
export const scenario: Scenario = {
  spec: hostSpec({ renderer: 'netplan', netplanParentId: 'uplink' }),
  facts: null,
  recorded: null,
};
