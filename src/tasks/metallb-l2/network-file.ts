import type { HostFacts } from '../../domain/facts.ts';
import { netplanIdOf, netplanOutput } from '../../domain/network-file.ts';
import type { HostSpec } from '../../schema/host-spec.ts';

/**
 * Says which .network file configures a device, by path or by name: what networkd told, else the inventory's
 * `networkd_parent_file`, else the usual name. `desiredState` refuses hosts that were asked and where only the last is left.
 */
export function networkFileFor(spec: HostSpec, facts: HostFacts | null): (device: string) => string {
  const usual = (device: string) =>
    spec.renderer === 'netplan' ? netplanOutput(device, 'network') : `10-${device}.network`;
  return (device) => facts?.networkFileOf[device] ?? spec.networkdParentFile ?? usual(device);
}

/**
 * Says what netplan calls a device: by the name of the file that networkd configures it by, else the inventory's `netplan_parent_id`, else the
 * device's own name, which `match:` and `set-name:` may make another.
 */
export function netplanIdFor(spec: HostSpec, facts: HostFacts | null): (device: string) => string {
  return (device) => netplanIdOf(facts?.networkFileOf[device] ?? '') ?? spec.netplanParentId ?? device;
}
