import type { HostFacts } from '../../domain/facts.ts';
import type { HostSpec } from '../../schema/host-spec.ts';

/**
 * Says which .network file configures a device, by path or by name: what networkd told, else the inventory's
 * `networkd_parent_file`, else the usual name. `desiredState` refuses hosts that were asked and where only the last is left.
 */
export function networkFileFor(spec: HostSpec, facts: HostFacts | null): (device: string) => string {
  return (device) => facts?.networkFileOf[device] ?? spec.networkdParentFile ?? `10-${device}.network`;
}
