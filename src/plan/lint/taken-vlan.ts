import type { HostFacts } from '../../domain/facts.ts';
import type { VlanLink } from '../../domain/link.ts';
import type { Failure } from '../../domain/outcome.ts';

/** VLANs that cannot be made because their id is taken: the kernel has each id once on a parent, whatever the name. */
export function takenVlans(desired: readonly VlanLink[], { interfaces }: HostFacts): readonly Failure[] {
  const present = new Set<string>(interfaces.map(({ name }) => name));
  return desired.flatMap(({ name, parent, id }): Failure[] => {
    const holder = interfaces.find((link) => link.parent === parent && link.vlanId === id && link.kind === 'vlan');
    if (present.has(name) || holder === undefined) return [];
    return [
      {
        kind: 'refused',
        message: `${name} cannot be made: VLAN ${id} of ${parent} is there already as ${holder.name}`,
        hint: `call it link.name: ${holder.name}, or remove that one first`,
      },
    ];
  });
}
