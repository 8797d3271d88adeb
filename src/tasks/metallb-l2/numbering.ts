import type { Failure } from '../../domain/outcome.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import type { Fwmark, Priority, TableId } from '../../domain/routing.ts';
import type { NetworkSpec } from '../../schema/host-spec.ts';

/** The numbers one network uses. Lower priorities are tried first, so `exceptions` is always below `lookup`. */
export type Numbers = {
  readonly table: TableId;
  readonly fwmark: Fwmark;
  readonly exceptions: Priority;
  readonly lookup: Priority;
};

/** The table of blackhole routes that all networks share. */
export const guardTable = 6999 as TableId;

/** The priority of the loop guard's rules: after any `local` rule (Cilium moves it to 100), before every lookup. */
export const guardPriority = 2000 as Priority;

const defaultMask = 0x1f00;
const slots = 31;

/**
 * Gives each network its table, mark and priorities, in the order of the inventory; both families of a network have the same.
 * Numbers the user wrote stay; the others follow from the VLAN id or the place in the list and step aside for them.
 */
export function numberNetworks(networks: readonly NetworkSpec[]): readonly Result<Numbers, Failure>[] {
  const tables = new Set<number>([guardTable, ...networks.flatMap((network) => network.table ?? [])]);
  const marks = networks.flatMap((network) => network.mark ?? []);
  const names = [...new Set(networks.map(({ name }) => name))];
  const numbered = new Map<string, Result<Numbers, Failure>>();
  return networks.map((network) => {
    const numbers = numbered.get(network.name) ?? numbersOf(network, names.indexOf(network.name));
    numbered.set(network.name, numbers);
    return numbers;
  });

  function numbersOf(network: NetworkSpec, index: number): Result<Numbers, Failure> {
    const table = network.table ?? freeTable(network, index, tables);
    tables.add(table);
    const fwmark = network.mark ?? freeMark(index, marks);
    if (fwmark === null)
      return refused(network, 'no mark is left under mask 0x1f00', 'give the network a mark of its own: mark:');
    marks.push(fwmark);
    if (network.table === guardTable && network.loopGuard)
      return refused(
        network,
        `table ${guardTable} is the loop guard's`,
        'choose another table: or set loop_guard: false',
      );
    const exceptions = network.priority ?? 2010 + 2 * index;
    // 32766 is the kernel's own rule for main: a lookup there is never reached.
    if (exceptions + 1 > 32765)
      return refused(
        network,
        `priority ${exceptions} leaves no room for the lookup after it`,
        'priority: 32764 at most',
      );
    return ok({ table, fwmark, exceptions: exceptions as Priority, lookup: (exceptions + 1) as Priority });
  }
}

function freeTable(network: NetworkSpec, index: number, taken: ReadonlySet<number>): TableId {
  let table = network.link.kind === 'vlan' ? 7000 + network.link.id : 12001 + index;
  // Two networks of one VLAN have a gateway each, hence a table each.
  if (taken.has(table)) table = 12001 + index;
  while (taken.has(table)) table++;
  return table as TableId;
}

function freeMark(index: number, taken: readonly Fwmark[]): Fwmark | null {
  for (let step = 0; step < slots; step++) {
    const mark = { value: 0x100 * (((index + step) % slots) + 1), mask: defaultMask };
    if (!taken.some((other) => canBothMatch(mark, other))) return mark;
  }
  return null;
}

function canBothMatch(a: Fwmark, b: Fwmark): boolean {
  const shared = BigInt(a.mask) & BigInt(b.mask);
  return shared !== 0n && (BigInt(a.value) & shared) === (BigInt(b.value) & shared);
}

function refused(network: NetworkSpec, because: string, hint: string): Result<Numbers, Failure> {
  return err({ kind: 'refused', message: `network ${network.name}: ${because}`, hint });
}
