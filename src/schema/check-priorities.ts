import type { NetworkFault, PlacedNetwork } from './check-networks.ts';

/** The priority of the loop guard's rules, which all networks share. */
const guardPriority = 2000;

/**
 * Priorities of rules that meet. A network takes two, the one that is written and the next; one that is not written is 2010 and twice the
 * network's place in the list. With a priority in common the rules of one network could come between those of another.
 */
export function checkPriorities(networks: readonly PlacedNetwork[]): readonly NetworkFault[] {
  return networks.flatMap(({ index, spec: { priority, name } }): readonly NetworkFault[] => {
    if (priority === null) return [];
    const fault = (message: string, hint: string): readonly NetworkFault[] => [
      { path: [index, 'priority'], code: 'priority-twice', message, hint },
    ];
    const isGuarded = networks.some(({ spec }) => spec.loopGuard);
    if (isGuarded && (priority === guardPriority || priority + 1 === guardPriority))
      return fault(
        `priorities ${priority} and ${priority + 1} meet ${guardPriority} of the loop guard`,
        'a network takes two: 2002 is free',
      );
    const other = networks.find((each) => each.index !== index && meets(priority, each, index));
    if (other === undefined) return [];
    const taken = firstOf(other);
    const message = `priorities ${priority} and ${priority + 1} of network "${name}" meet ${taken} and ${taken + 1} of network "${other.spec.name}"`;
    return fault(message, `a network takes two: ${freeFor(networks, index)} is free`);
  });
}

function meets(priority: number, other: PlacedNetwork, index: number): boolean {
  const { priority: its, returnPath } = other.spec;
  // Where both are written, the later one is told.
  if (its !== null && other.index > index) return false;
  const hasRules = returnPath !== 'none' && returnPath !== 'onlink';
  return (its !== null || hasRules) && Math.abs(priority - firstOf(other)) < 2;
}

function firstOf({ index, spec }: PlacedNetwork): number {
  return spec.priority ?? 2010 + 2 * index;
}

function freeFor(networks: readonly PlacedNetwork[], index: number): number {
  const others = networks.filter((each) => each.index !== index).map(firstOf);
  let free = 2002;
  while (others.some((other) => Math.abs(other - free) < 2)) free++;
  return free;
}
